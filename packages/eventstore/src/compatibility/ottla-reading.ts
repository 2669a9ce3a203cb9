import { resolverOf } from '../codec/avro/resolver-of.js'
import { typeOfSchema } from '../codec/avro/type-of-schema.js'

/**
 * Why Ottla's codec cannot read with one schema what was written with another, undefined when it can. A registry takes some schemas by Avro's rules that Ottla does not
 * read, such as microseconds where milliseconds were: whoever asks a registry for its verdict must ask this, too. Found out by trying, so it
 * cannot be wrong about the codec. Values that only some records have, such as a decimal that does not fit the new one, are `logicalTypeRisks`.
 */
export function unreadableByOttla(reader: string, writer: string): string | undefined {
  try {
    const plain = () => Object.prototype
    const [readerType, writerType] = [typeOfSchema(reader, plain), typeOfSchema(writer, plain)]
    if (reader !== writer) resolverOf(readerType, writerType)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
