/** The keys that most records about a group or one of its members have. */
import { string } from '../protocol/field.ts'
import { message, versions } from '../protocol/message.ts'

export const groupKey = message(versions(0), { groupId: string })

export const memberKey = message(versions(0), { groupId: string, memberId: string })
