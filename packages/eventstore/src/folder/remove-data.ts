import { DataFolder } from './data-folder.js'
import { FolderLock } from './folder-lock.js'

/**
 * Removes what Ottla has created in a folder, for an embedded log or for a node of an app on Kafka: marker, lock, log, state store, views and the data of a
 * development broker in `kafka`. The folder and other files in it stay. Does nothing when the folder is empty or does not exist. What brokers elsewhere hold
 * is not touched. Rejects with LOG_FOLDER_INVALID when it holds something and not Ottla's marker, LOG_IN_USE.
 */
export async function removeData(folder: string, options: { readonly lockTimeout?: number } = {}): Promise<void> {
  const data = new DataFolder(folder, undefined)
  if (!data.isRemovable()) return
  const lock = await FolderLock.take(data, options.lockTimeout ?? 2_000)
  try {
    data.remove()
  } finally {
    lock.release()
  }
}
