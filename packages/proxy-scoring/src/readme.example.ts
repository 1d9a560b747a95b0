import { ProxyScorer, parseProxies } from '@refbot/proxy-scoring'

const list = `
eu.proxy.test:8080:me:secret
us.proxy.test:99999
socks5://us.proxy.test:1080
`
const { proxies, errors } = parseProxies(list)
for (const { line, reason } of errors) console.log(`line ${line}: ${reason}`)

const scorer = new ProxyScorer({ proxies })
{
  using lease = await scorer.acquire()
  // Send the request through lease.proxy; then say how it went:
  lease.succeed(180) // or lease.fail('timeout'); a lease without a report counts for nothing
}
for (const { proxyId, score, circuit } of scorer.scores()) console.log(`${proxyId} ${score.toFixed(0)} ${circuit}`)
