import type { Log, LogReader, TopicOffset } from '../log/log.js'

/** A reader that is closed when `signal` says so, so that nobody who restores waits for a log that stands still. */
export function replayReader({ log, signal }: { readonly log: Log; readonly signal?: AbortSignal }, from: readonly TopicOffset[]): LogReader {
  const reader = log.reader({ from })
  const close = () => void reader.close().catch(() => undefined)
  if (signal?.aborted) close()
  else signal?.addEventListener('abort', close, { once: true })
  return reader
}
