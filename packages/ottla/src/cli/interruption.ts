/**
 * From here on the first Ctrl-C (or SIGTERM) aborts this signal, so that the command can come to a good end; the next one
 * ends the process. Without it they end the process at once, as they do anywhere.
 */
export function onInterruption(): AbortSignal {
  const interruption = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort())
  return interruption.signal
}
