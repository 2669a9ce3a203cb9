// Made by ottla schema types from avsc/every-type.avsc: changes are lost when it is made anew.
import { t } from 'ottla'

export const IdType = t.fixedUuid('all.types.Id')
