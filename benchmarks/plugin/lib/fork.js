import { createBirpc } from 'birpc'
import { z } from 'zod'

const schema = z.object({ url: z.string() })
createBirpc({}, { post: () => undefined, on: () => undefined })
process.send(z.toJSONSchema(schema))
// Stays until it is ended: its memory is looked at meanwhile.
process.on('message', () => undefined)
