/** Answers over the pipe that it is given: node echo.ts ours|bare */
import { Socket } from 'node:net'
import { deserialize, serialize } from 'node:v8'
import { createBirpc } from 'birpc'
import { connect } from '../../../packages/runtime/src/host/rpc.ts'
import { bareChannel } from './bare.ts'

const pipe = new Socket({ fd: 3, readable: true, writable: true })
const api = { echo: (value: unknown) => value }
if (process.argv[2] === 'ours') connect(pipe, api, () => process.exit(1))
else createBirpc(api, { ...bareChannel(pipe), serialize, deserialize })
pipe.once('close', () => process.exit(0))
