/** The gate as a browser needs to know it. */
export interface GateAddress {
  readonly port: number
  /** base64 sha256 of the gate's public key. */
  readonly spki: string
}

/** The bypass list of every context: nothing goes around the proxy, loopback neither. */
export const NO_BYPASS = '<-loopback>'

/**
 * What keeps a browser inside the gate, whatever its pages or its driver ask for: no name but the gate's resolves, no
 * address is dialled, no UDP leaves, and a context without a lease has a proxy that knows nobody.
 */
export function fenceArguments(gate: GateAddress): string[] {
  return [
    `--host-resolver-rules=MAP *.gate.invalid 127.0.0.1:${gate.port},MAP * ~NOTFOUND`,
    '--proxy-server=https://none.gate.invalid:443',
    `--proxy-bypass-list=${NO_BYPASS}`,
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--disable-quic',
    `--ignore-certificate-errors-spki-list=${gate.spki}`,
  ]
}

export interface LaunchArguments {
  readonly headless: boolean
  readonly profileDir: string
  /** Chromium refuses its sandbox to root, and only to root is it switched off. */
  readonly sandbox: boolean
}

/** What makes a browser quiet and repeatable: nothing of its own to fetch, no first-run pages, no throttling. */
export function commonArguments(options: LaunchArguments): string[] {
  return [
    '--remote-debugging-pipe',
    `--user-data-dir=${options.profileDir}`,
    ...(options.headless ? ['--headless', '--hide-scrollbars', '--mute-audio'] : []),
    ...(options.sandbox ? [] : ['--no-sandbox']),
    '--enable-automation',
    '--no-startup-window',
    '--no-first-run',
    '--no-default-browser-check',
    '--no-service-autorun',
    '--disable-background-networking',
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-breakpad',
    '--disable-client-side-phishing-detection',
    '--disable-component-extensions-with-background-pages',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-dev-shm-usage',
    '--disable-domain-reliability',
    '--disable-extensions',
    '--disable-field-trial-config',
    '--disable-hang-monitor',
    '--disable-ipc-flooding-protection',
    '--disable-popup-blocking',
    '--disable-prompt-on-repost',
    '--disable-renderer-backgrounding',
    '--disable-search-engine-choice-screen',
    '--disable-sync',
    `--disable-features=${DISABLED_FEATURES.join(',')}`,
    '--force-color-profile=srgb',
    '--metrics-recording-only',
    '--password-store=basic',
    '--use-mock-keychain',
  ]
}

/** Each would either call its maker's hosts at start, look around on the local network, or change what a page sees. */
const DISABLED_FEATURES = [
  'AimEnabled',
  'AutofillServerCommunication',
  'AsyncDns',
  'CertificateTransparencyComponentUpdater',
  'DialMediaRouteProvider',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'InterestFeedContentSuggestions',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PreconnectToSearch',
  'Translate',
]
