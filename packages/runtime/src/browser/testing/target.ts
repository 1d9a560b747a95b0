import { type Site, startSite } from '../../egress/testing/sites.ts'

/** The granted origin: pages to start from, redirects to wherever the query says, and a worker that fetches it. */
export async function startTarget(): Promise<Site> {
  return await startSite((req, res) => {
    const [path, query = ''] = (req.url ?? '').split('?')
    const to = decodeURIComponent(query)
    if (path === '/302' || path === '/307') res.writeHead(Number(path.slice(1)), { location: to }).end()
    else if (path === '/worker.js') {
      res.writeHead(200, { 'content-type': 'text/javascript' }).end(`fetch(${JSON.stringify(to)}, { mode: 'no-cors' })`)
    } else res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>target</title><body>')
  })
}
