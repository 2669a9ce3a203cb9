import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type KafkaCluster, kafkaJars, startKafka } from '@ottla/testing/kafka'

const run = promisify(execFile)

/** A certificate that signs itself, and its key. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** A broker that asks who one is. Its users `app` and `least` have the password `passwordOf`; `app` may do everything, `least` nothing that no rule allows. */
export interface SecuredBroker {
  /** Logins without TLS: plain, scram-sha-256, scram-sha-512, oauthbearer with unsecured tokens. */
  readonly login: string
  /** TLS where the client's certificate says who it is. */
  readonly certificates: string
  /** TLS, and a login with scram-sha-512. */
  readonly both: string
  /** Without either, for tests that look at the broker past its rules. */
  readonly open: string
  readonly server: Certificate
  readonly client: Certificate
  readonly cluster: KafkaCluster
  stop(): Promise<void>
}

/** After so many milliseconds a connection whose token has not been renewed is closed. */
export const tokenSession = 4_000

export function passwordOf(user: string): string {
  return `secret-of-${user}`
}

/** An unsigned token in the form that brokers take without further settings, valid until `until` in milliseconds. */
export function tokenOf(user: string, until: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { sub: user, iat: Math.floor(until / 1_000) - 3_600, exp: Math.floor(until / 1_000) }
  return `${part({ alg: 'none' })}.${part(claims)}.`
}

/** Starts a broker in a JVM; its keys are made by openssl and removed when it has stopped. */
export async function startSecuredBroker(): Promise<SecuredBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-keys-'))
  try {
    const [server, client] = await Promise.all([certificate(folder, 'server'), certificate(folder, 'app')])
    writeFileSync(join(folder, 'server.pem'), server.key + server.cert)
    const ports = await Promise.all([freePort(), freePort(), freePort()])
    const cluster = await startKafka({ settings: settingsFor(folder, ports) })
    const open = cluster.brokers[0] as string
    const stop = async () => {
      await cluster.stop()
      rmSync(folder, { recursive: true, force: true })
    }
    await addScramUsers(open).catch(async error => {
      await stop()
      throw error
    })
    const [login, certificates, both] = ports.map(port => `127.0.0.1:${port}`) as [string, string, string]
    return { login, certificates, both, open, server, client, cluster, stop }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

async function certificate(folder: string, name: string): Promise<Certificate> {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)]
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject])
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

function settingsFor(folder: string, ports: readonly number[]): Record<string, string | number> {
  const names = ['LOGIN', 'CERTIFICATES', 'BOTH']
  const listeners = names.map((name, index) => `${name}://127.0.0.1:${ports[index]}`).join()
  const module = (name: string, options = '') => `org.apache.kafka.common.security.${name} required ${options};`
  const users = ['app', 'least'].map(user => `user_${user}="${passwordOf(user)}"`).join(' ')
  return {
    listeners,
    'advertised.listeners': listeners,
    'listener.security.protocol.map': 'LOGIN:SASL_PLAINTEXT,CERTIFICATES:SSL,BOTH:SASL_SSL',
    'listener.name.login.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    'listener.name.login.plain.sasl.jaas.config': module('plain.PlainLoginModule', users),
    'listener.name.login.scram-sha-256.sasl.jaas.config': module('scram.ScramLoginModule'),
    'listener.name.login.scram-sha-512.sasl.jaas.config': module('scram.ScramLoginModule'),
    'listener.name.login.oauthbearer.sasl.jaas.config': module('oauthbearer.OAuthBearerLoginModule', 'unsecuredLoginStringClaim_sub="broker"'),
    'listener.name.login.oauthbearer.connections.max.reauth.ms': tokenSession,
    'listener.name.both.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.both.scram-sha-512.sasl.jaas.config': module('scram.ScramLoginModule'),
    'listener.name.certificates.ssl.client.auth': 'required',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(folder, 'server.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(folder, 'app.crt'),
    'ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS;User:app',
  }
}

/** kafkajs has no request for it. */
async function addScramUsers(broker: string): Promise<void> {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin/java') : 'java'
  const tool = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(await kafkaJars(), '*'), 'kafka.admin.ConfigCommand']
  // The tool takes one mechanism at a time.
  const logins = ['SCRAM-SHA-256 app', 'SCRAM-SHA-512 app', 'SCRAM-SHA-512 least'].map(login => login.split(' ') as [string, string])
  const added = logins.map(([mechanism, user]) => {
    const credential = `${mechanism}=[password=${passwordOf(user)}]`
    return run(java, [...tool, '--bootstrap-server', broker, '--alter', '--add-config', credential, '--entity-type', 'users', '--entity-name', user])
  })
  await Promise.all(added)
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
