// Generated from openapi.json.

export const OPERATIONS = {
  getHealth: ['GET', '/api/health'],
  getReadiness: ['GET', '/api/health/ready'],
  getLiveness: ['GET', '/api/health/live'],
  listPlugins: ['GET', '/api/plugins'],
  getPlugin: ['GET', '/api/plugins/{id}'],
  startPlugin: ['POST', '/api/plugins/{id}/start'],
  stopPlugin: ['POST', '/api/plugins/{id}/stop'],
  listRuns: ['GET', '/api/runs'],
  getRun: ['GET', '/api/runs/{id}'],
  cancelRun: ['POST', '/api/runs/{id}/cancel'],
  getRunLog: ['GET', '/api/runs/{id}/log'],
  getArtifact: ['GET', '/api/runs/{id}/artifacts/{name}'],
  getMetrics: ['GET', '/api/metrics'],
  exportMetrics: ['GET', '/api/metrics/export'],
  listAlerts: ['GET', '/api/alerts'],
  listProxies: ['GET', '/api/proxies'],
  streamEvents: ['GET', '/api/events'],
  reloadConfig: ['POST', '/api/config/reload'],
} as const
