import type { Branch } from './command.ts'

/** Every command. Nothing of what they do is loaded by loading this. */
export const COMMANDS: Branch = {
  other: {
    description: 'Run an action of a plugin.',
    load: async () => (await import('./commands/plugin-run.ts')).action,
  },
  description: 'RefBot runs browser and HTTP automation that you are entitled to run.',
  children: {
    start: {
      description: 'Start RefBot here: scheduler, plugins and API, until it is interrupted.',
      load: async () => (await import('./commands/start.ts')).start,
    },
    init: {
      description: 'Write a configuration and make a folder for plugins.',
      load: async () => (await import('./commands/init.ts')).init,
    },
    config: {
      description: 'What RefBot is told to do.',
      children: {
        validate: {
          description: 'Everything that is wrong with the configuration, one a line.',
          load: async () => (await import('./commands/config.ts')).validate,
        },
        show: {
          description: 'Every key with its value and where that comes from; no secrets.',
          load: async () => (await import('./commands/config.ts')).show,
        },
        reload: {
          description: 'Let the running server read its configuration again.',
          load: async () => (await import('./commands/config.ts')).reload,
        },
        schema: {
          description: 'The JSON Schema of the configuration, for editors.',
          load: async () => (await import('./commands/config.ts')).schema,
        },
      },
    },
    doctor: {
      description: 'Look at everything that RefBot needs here, and say what to do about it.',
      load: async () => (await import('./commands/doctor.ts')).doctor,
    },
    backup: {
      description: 'Copy everything that is stored into one archive, while RefBot runs.',
      load: async () => (await import('./commands/store.ts')).backup,
    },
    restore: {
      description: 'Put a backup into a data directory that nothing runs on.',
      load: async () => (await import('./commands/store.ts')).restore,
    },
    store: {
      description: 'What is stored.',
      children: {
        'rotate-key': {
          description: 'Seal every secret of the store with a new key; nothing may run on it.',
          load: async () => (await import('./commands/store.ts')).rotateKey,
        },
        check: {
          description: 'Look for damage and orphans, and say how large everything is; changes nothing.',
          load: async () => (await import('./commands/store.ts')).check,
        },
      },
    },
    demo: {
      description: 'Run the main job end to end against a sign-up site and proxies on this machine.',
      load: async () => (await import('./demo/command.ts')).demo,
    },
    plugin: {
      description: 'Units of automation.',
      children: {
        list: {
          description: 'All plugins and how they do.',
          load: async () => (await import('./commands/plugin.ts')).list,
        },
        start: {
          description: 'Run a plugin once, now, and arm its schedule.',
          load: async () => (await import('./commands/plugin-start.ts')).start,
        },
        run: {
          description: 'Run a plugin once, now, with settings of this run alone: plugin run shop --times 3.',
          load: async () => (await import('./commands/plugin-run.ts')).run,
        },
        create: {
          description: 'Write a new plugin from a template, with a test that passes.',
          load: async () => (await import('./commands/plugin-create.ts')).create,
        },
        install: {
          description: 'Install a plugin from npm, an archive or a folder; it stays disabled until it is enabled.',
          load: async () => (await import('./commands/plugin-install.ts')).install,
        },
        dev: {
          description: 'Run the plugin of a folder in a host of its own, and again at each change.',
          load: async () => (await import('./commands/plugin-dev.ts')).dev,
        },
        action: {
          description: 'Run an action of a plugin; in short: refbot <plugin> <action>.',
          load: async () => (await import('./commands/plugin-run.ts')).action,
        },
        pause: {
          description: 'Let the runs of a plugin come to rest, and start none until it is resumed.',
          load: async () => (await import('./commands/plugin.ts')).pause,
        },
        resume: {
          description: 'Let a paused plugin go on.',
          load: async () => (await import('./commands/plugin.ts')).resume,
        },
        stop: {
          description: 'Disarm a plugin and end its runs.',
          load: async () => (await import('./commands/plugin.ts')).stop,
        },
        status: {
          description: 'One plugin, or all of them.',
          load: async () => (await import('./commands/plugin.ts')).status,
        },
      },
    },
    run: {
      description: 'What plugins did and do.',
      children: {
        list: { description: 'Runs, newest first.', load: async () => (await import('./commands/run.ts')).list },
        show: {
          description: 'One run with its steps and artifacts.',
          load: async () => (await import('./commands/run.ts')).show,
        },
        requests: {
          description: 'What the gate decided on each request of a run.',
          load: async () => (await import('./commands/run-requests.ts')).requests,
        },
        cancel: { description: 'End a run.', load: async () => (await import('./commands/run.ts')).cancel },
      },
    },
    logs: {
      description: "What the server and its runs say: the service's log and those of runs, as one.",
      load: async () => (await import('./commands/logs.ts')).logs,
    },
    metrics: {
      description: 'How well it goes.',
      children: {
        show: {
          description: 'Every series with its figures over a window.',
          load: async () => (await import('./commands/metrics.ts')).show,
        },
        export: {
          description: 'Raw samples as CSV.',
          load: async () => (await import('./commands/metrics.ts')).exported,
        },
      },
    },
    alerts: {
      description: 'What needs somebody.',
      children: {
        list: {
          description: 'What is wrong now, and what was not long ago.',
          load: async () => (await import('./commands/alerts.ts')).list,
        },
        ack: {
          description: 'Take an open alert on: it is not repeated any more.',
          load: async () => (await import('./commands/alerts.ts')).ack,
        },
        silence: {
          description: 'Hold back messages about some alerts until an end.',
          load: async () => (await import('./commands/silences.ts')).silence,
        },
        silences: {
          description: 'Silences that have not ended.',
          load: async () => (await import('./commands/silences.ts')).silences,
        },
        unsilence: {
          description: 'End a silence before its time.',
          load: async () => (await import('./commands/silences.ts')).unsilence,
        },
      },
    },
    proxies: {
      description: 'Through what.',
      children: {
        score: {
          description: 'The best proxies and what their scores are made of.',
          load: async () => (await import('./commands/proxies.ts')).score,
        },
        health: {
          description: 'The circuit of every proxy.',
          load: async () => (await import('./commands/proxies.ts')).health,
        },
        add: {
          description: 'Add proxies beside those of the configuration, from lists or one by one.',
          load: async () => (await import('./commands/proxies-change.ts')).add,
        },
        remove: {
          description: 'Take away a proxy that was added.',
          load: async () => (await import('./commands/proxies-change.ts')).remove,
        },
        isolate: {
          description: 'Shut a proxy out until it is released.',
          load: async () => (await import('./commands/proxies-change.ts')).isolate,
        },
        release: {
          description: "Close a proxy's circuit by hand.",
          load: async () => (await import('./commands/proxies-change.ts')).release,
        },
      },
    },
    authorize: {
      description: 'Consent of the sites that are tested.',
      children: {
        init: {
          description: "Make this operator's key, and a document for a site's owner to serve.",
          load: async () => (await import('./commands/authorize.ts')).init,
        },
        check: {
          description: 'Whether a site agrees to be tested, and if not, why, line by line.',
          load: async () => (await import('./commands/authorize.ts')).check,
        },
      },
    },
    origins: {
      description: 'Sites that are left alone for now because they turned a run away.',
      children: {
        list: {
          description: 'Origins that are left alone or have pages open.',
          load: async () => (await import('./commands/origins.ts')).list,
        },
        resume: {
          description: 'Reach for an origin again before its time.',
          load: async () => (await import('./commands/origins.ts')).resume,
        },
      },
    },
    token: {
      description: 'Who may use the API.',
      children: {
        create: {
          description: 'Make a token; also where no RefBot runs.',
          load: async () => (await import('./commands/token.ts')).create,
        },
        list: {
          description: 'All tokens, without their texts.',
          load: async () => (await import('./commands/token.ts')).list,
        },
        revoke: {
          description: 'Make a token invalid, at once.',
          load: async () => (await import('./commands/token.ts')).revoke,
        },
      },
    },
    audit: {
      description: 'Who changed what through the API, newest first.',
      load: async () => (await import('./commands/audit.ts')).audit,
    },
    api: {
      description: 'The HTTP API.',
      children: {
        start: {
          description: 'Start RefBot here with its API, whatever the configuration says of the mode.',
          load: async () => (await import('./commands/start.ts')).apiStart,
        },
      },
    },
  },
}
