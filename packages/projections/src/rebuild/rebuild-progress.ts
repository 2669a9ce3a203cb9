/** How far a rebuild has come. */
export interface RebuildProgress {
  /** Records of the log that were read, also those of types that the projection does not handle. */
  readonly done: number
  /** All that there are to read; grows when the app writes meanwhile. */
  readonly total: number
  /** Records per second since the beginning. */
  readonly rate: number
}
