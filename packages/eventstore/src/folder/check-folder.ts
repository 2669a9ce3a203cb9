import { DataFolder, type FolderUse } from './data-folder.js'

/**
 * Throws LOG_FOLDER_INVALID when `embedded(folder)` or `kafka({ folder })` would refuse the folder, since it holds something else. Changes nothing: for
 * programs that want to put something of their own into it first.
 */
export function checkFolder(folder: string, use: FolderUse): void {
  new DataFolder(folder, use).isRemovable()
}
