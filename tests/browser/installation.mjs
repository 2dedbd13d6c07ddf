// The real program in a temporary folder: receiver, worker and admin API, and a simulated CRM that fails when told to,
// on free ports. Two destinations: "crm" (a webhook) and "salesforce".
//
//   Installation.start()          with service.url, service.token (operate), service.readToken
//   send(fields), sendBody(text)  a lead through the receiver; the id
//   fault(fault, path?)           what the CRM does wrong from now on: at "" (crm) or "/salesforce"
//   api(method, path, body?)      the admin API's JSON
//   until(path, holds)            asks the API again and again until holds(answer); the answer
//   stop()
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const kPatienceMs = 30_000;
const kAskAgainMs = 50;
const binary = process.env.LEADSPOOL_BINARY;

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

// Three in a row, as `leadspool init` wants them.
async function freePorts() {
  for (;;) {
    const base = 20_000 + (randomBytes(2).readUInt16BE() % 12_000);
    const free = await Promise.all([0, 1, 2].map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
}

function exchange(client, options, body) {
  return new Promise((resolve, reject) => {
    const request = client.request(options, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode, text: Buffer.concat(parts).toString() }));
    });
    request.on('error', reject).end(body);
  });
}

// What every kind of lead has in common here; the fields are named as the marketplace does.
export function leadBody({
  LeadSource = 'AzureMarketplace-INS|contoso.analytics',
  OfferTitle = 'Contoso Analytics',
  ActionCode = 'INS',
  Description = '',
  ...person
} = {}) {
  const UserDetails = {
    FirstName: 'Anna',
    LastName: 'Berg',
    Email: 'anna@contoso.example',
    Phone: '+1 555 0100',
    Country: 'US',
    Company: 'Contoso',
    Title: 'Buyer',
    ...person,
  };
  return JSON.stringify({ UserDetails, LeadSource, OfferTitle, ActionCode, Description });
}

export class Installation {
  static async start() {
    const made = new Installation();
    made.folder = mkdtempSync(path.join(os.tmpdir(), 'leadspool-browser-'));
    made.port = await freePorts();
    const init = spawnSync(binary, ['init', made.folder, '--port-base', String(made.port)], {
      encoding: 'utf8',
    });
    if (init.status !== 0) throw new Error(`init failed: ${init.stderr}`);
    made.url = `http://127.0.0.1:${made.port + 1}`;
    made.token = made.read('admin_token.txt').trim();
    made.configure();
    made.crm = made.run('simulate-crm', '--listen', `127.0.0.1:${made.port + 2}`);
    made.service = made.run('serve', '--config', made.file('leadspool.toml'));
    try {
      await made.ready();
    } catch (error) {
      await made.stop();
      throw error;
    }
    return made;
  }

  file(name) {
    return path.join(this.folder, name);
  }

  read(name) {
    return readFileSync(this.file(name), 'utf8');
  }

  configure() {
    this.readToken = randomBytes(24).toString('base64url');
    const digest = createHash('sha256').update(this.readToken).digest('hex');
    writeFileSync(this.file('salesforce_secret'), 'secret', { mode: 0o600 });
    appendFileSync(
      this.file('leadspool.toml'),
      `
[[admin.token]]
name = "looker"
sha256 = "${digest}"
role = "read"

[[destination]]
name = "salesforce"
type = "salesforce"
url = "http://127.0.0.1:${this.port + 2}/salesforce"
client_id = "leadspool"
client_secret = { file = "salesforce_secret" }
external_id_field = "LeadspoolId__c"
`,
    );
  }

  run(...words) {
    const child = spawn(binary, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        child.output += text;
      });
    child.ended = new Promise((resolve) => child.on('exit', resolve));
    return child;
  }

  async ready() {
    const deadline = Date.now() + kPatienceMs;
    for (;;) {
      const answers = await Promise.all(
        [`${this.url}/readyz`, `http://127.0.0.1:${this.port + 2}/leads`].map((url) =>
          fetch(url).then(
            (answer) => answer.ok,
            () => false,
          ),
        ),
      );
      if (answers.every(Boolean)) return;
      if (this.service.exitCode !== null || Date.now() > deadline)
        throw new Error(`not ready: ${this.service.output}${this.crm.output}`);
      await pause(kAskAgainMs);
    }
  }

  async sendBody(body) {
    const url = new URL(this.read('lead_url.txt').trim());
    const answer = await exchange(
      https,
      {
        host: url.hostname,
        port: url.port,
        path: url.pathname + url.search,
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
        ca: this.read('certificate.pem'),
        agent: false,
      },
      body,
    );
    const { id } = JSON.parse(answer.text);
    if (!id) throw new Error(`not taken: ${answer.status} ${answer.text}`);
    return id;
  }

  send(fields) {
    return this.sendBody(leadBody(fields));
  }

  async fault(fault, of = '') {
    const body = JSON.stringify(fault);
    const answer = await exchange(
      http,
      {
        host: '127.0.0.1',
        port: this.port + 2,
        path: `${of}/faults`,
        method: 'PUT',
        headers: { 'Content-Length': Buffer.byteLength(body) },
      },
      body,
    );
    if (answer.status !== 200) throw new Error(`the simulator refused the fault: ${answer.text}`);
  }

  async api(method, where, body) {
    const answer = await fetch(`${this.url}/api/v1/${where}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}` },
      body: body && JSON.stringify(body),
    });
    return answer.json();
  }

  async until(where, holds) {
    const deadline = Date.now() + kPatienceMs;
    for (;;) {
      const answer = await this.api('GET', where);
      if (holds(answer)) return answer;
      if (Date.now() > deadline)
        throw new Error(`never so: ${where} ${holds} ${JSON.stringify(answer).slice(0, 2000)}`);
      await pause(kAskAgainMs);
    }
  }

  // Until all of this lead's deliveries are in `state`.
  settled(id, state = 'delivered') {
    return this.until(
      `leads/${id}`,
      ({ deliveries }) => deliveries.length > 0 && deliveries.every((each) => each.state === state),
    );
  }

  async stop() {
    for (const child of [this.service, this.crm]) {
      child?.kill('SIGTERM');
      await child?.ended;
    }
    rmSync(this.folder, { recursive: true });
  }
}
