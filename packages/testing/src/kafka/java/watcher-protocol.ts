/** What the watcher is asked, one JSON object a line on its standard input. */
export type WatcherRequest =
  | { readonly id: number; readonly ask: 'temporary-folder'; readonly prefix: string }
  | { readonly id: number; readonly ask: 'spawn'; readonly file: string; readonly args: readonly string[]; readonly output: string }
  | { readonly id: number; readonly ask: 'end-one'; readonly pid: number; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | { readonly id: number; readonly ask: 'end-all' }

/** What it answers, one JSON object a line on its standard output: replies with the id of their request, and ends of programs as they happen. */
export type WatcherAnswer =
  | { readonly id: number; readonly folder?: string; readonly pid?: number; readonly error?: string }
  | { readonly exited: number; readonly how: string }
