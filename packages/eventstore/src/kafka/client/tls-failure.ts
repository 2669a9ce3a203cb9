/** Codes of Node's errors about certificates and TLS: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const codes =
  /^(ERR_SSL_|ERR_TLS_|CERT_|CRL_|ERROR_IN_C|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$)/

/** What is wrong between the certificates here and there; undefined when the error is of another kind. kafkajs has it as the cause of its own errors. */
export function tlsFailure(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code } = current as { code?: unknown }
    if (typeof code === 'string' && codes.test(code)) return textOf(current.message)
  }
  return undefined
}

/** OpenSSL tells an alert of the other side among numbers, files and lines. */
function textOf(message: string): string {
  const alert = /ssl\/tls alert ([a-z0-9 ]+):/.exec(message)
  return alert ? `the broker answers: ${alert[1]}` : message.replace(/^Connection error: /, '').trim()
}
