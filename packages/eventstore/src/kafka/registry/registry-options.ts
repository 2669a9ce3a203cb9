import type { ConnectionOptions } from 'node:tls'
import type { CompatibilityLevel } from '../../registry/compatibility-level.js'

/** How the registry is to know the app: by HTTP's basic authentication or by a bearer token. A function is asked before each request, for tokens that expire. */
export type RegistryAuth = { readonly username: string; readonly password: string } | { readonly token: string | (() => string | Promise<string>) }

/** Where the schema registry is and how to speak to it. */
export interface RegistryOptions {
  /** Where Confluent's API begins: `/subjects` lies below. Apicurio has it at `http://host:8080/apis/ccompat/v7`. User and password in it are taken as `auth`. */
  readonly url: string
  readonly auth?: RegistryAuth
  /** As in Node's `tls.connect`: ca, cert, key, servername and so on, for a URL with https. */
  readonly ssl?: ConnectionOptions
  /** The level of a subject that Ottla makes. Default BACKWARD_TRANSITIVE: events are kept for ever, so each new version must read all that were written before. */
  readonly compatibility?: CompatibilityLevel
  /**
   * Whether an app registers the schemas of its messages when it starts. Default true. With false it only looks them up, and does not start before all are there:
   * `ottla schema register` puts them there. For deployments where applications have no right to register.
   */
  readonly autoRegister?: boolean
  /** How long one request may take from the connection to the last byte of the answer, in milliseconds. Default 10,000. */
  readonly timeout?: number
  /** How long the start of an app waits for a registry that does not answer, in milliseconds; then it fails. Default 30,000. */
  readonly startTimeout?: number
}
