import { join } from 'node:path'

/** Where the views of an app lie in its data folder. */
export const viewFolder = (folder: string): string => join(folder, 'views')

/** The file of a projection's view in an app's data folder. */
export const viewPath = (folder: string, name: string): string => join(viewFolder(folder), `${name}.sqlite`)
