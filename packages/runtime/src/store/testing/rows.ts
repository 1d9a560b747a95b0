import { DatabaseSync } from 'node:sqlite'

const AT = Date.UTC(2026, 0, 1)

/** At least one row in every table that is there, as a program of its time wrote them. */
export function fillTables(file: string): void {
  using db = new DatabaseSync(file)
  const has = (table: string) => db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined
  db.exec(`
    INSERT INTO job VALUES ('job', '{"id":"job","task":"plugin","triggers":{"type":"interval","everyMs":1000}}', 'config', ${AT}, ${AT});
    INSERT INTO execution
      (id, job_id, task, input, scheduled_at, claimed_at, ended_at, status, reason, error, result, created_at)
    VALUES
      ('e-1', 'job', 'plugin', '{"plugin":"shop","cause":"schedule"}', ${AT}, ${AT}, ${AT + 9}, 'success', NULL, NULL, '{"ok":1}', ${AT}),
      ('e-2', 'job', 'plugin', '{"plugin":"shop","cause":"schedule"}', ${AT + 1}, ${AT}, NULL, 'running', NULL, NULL, NULL, ${AT});
    INSERT INTO attempt VALUES ('e-1', 1, ${AT}, ${AT + 9}, NULL, ${AT});
    INSERT INTO run VALUES ('e-1', 'shop', 'schedule', ${AT}), ('e-2', 'shop', 'schedule', ${AT});
    INSERT INTO step VALUES ('e-1', 1, 1, 'open', ${AT}, ${AT + 1}, NULL, ${AT});
    INSERT INTO artifact VALUES ('e-1', 'end.png', 'image/png', 7, ${AT});
    INSERT INTO plugin VALUES ('shop', 'armed', ${AT}, ${AT});
    INSERT INTO plugin_value VALUES ('shop', 'key', '{"a":[1]}', ${AT}, ${AT});
    INSERT INTO metric_block (tier, name, labels, from_ms, to_ms, points, data, created_at)
      VALUES ('raw', 'm', '{}', ${AT}, ${AT}, 1, x'0102', ${AT});
  `)
  if (has('run_count')) {
    db.exec(`INSERT INTO run_count VALUES ('shop', 'success', 1, ${AT}), ('shop', 'running', 1, ${AT})`)
  }
  if (has('origin_pause')) {
    db.exec(`
      INSERT INTO origin_pause VALUES ('https://shop.example', 'rate_limited', 'e-1', ${AT + 9}, ${AT});
      INSERT INTO origin_count VALUES ('https://shop.example', 20454, 3, ${AT});
    `)
  }
  if (has('alert_state')) {
    db.exec(`
      INSERT INTO alert_state VALUES ('alerts', '{"version":1,"alerts":[],"told":[],"silences":[],"history":[]}', ${AT}, ${AT});
      INSERT INTO proxy VALUES ('http://127.0.0.1:3128#ab', 'http', '127.0.0.1', 3128, 'sealed', 'Lab', 'de', '["a"]', ${AT});
      INSERT INTO proxy_health VALUES ('http://127.0.0.1:3128#ab', '{"id":"http://127.0.0.1:3128#ab"}', ${AT}, ${AT});
      INSERT INTO token VALUES ('t1', 'grafana', 'ff00', 'read', NULL, NULL, NULL, ${AT});
      INSERT INTO audit VALUES (1, 't1', 'grafana', 'POST', '/api/plugins/shop/start', '202', ${AT});
    `)
  }
}

/** Every row that a user would miss: all tables but the schema's own bookkeeping, and what is counted or told anew. */
export function readTables(file: string): Record<string, Record<string, unknown>[]> {
  using db = new DatabaseSync(file, { readOnly: true })
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .all()
    .map(({ name }) => String(name))
    .filter((name) => !['migration', 'deletion', 'event'].includes(name))
  return Object.fromEntries(tables.map((name) => [name, db.prepare(`SELECT * FROM "${name}" ORDER BY 1, 2`).all()]))
}
