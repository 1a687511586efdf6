/**
 * Makes the transcripts in test/data/ami from real calls on a real Asterisk: how that data came to be, and how to make it anew.
 *
 *   npx tsc -p . --outDir .build/capture && node .build/capture/test/integration/asterisk/capture.js 22 [name-pattern] [folder]
 *
 * Each file holds the bytes exactly as the server sent them to user `flow`, banner and login answer included.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AmiTap } from './ami-tap';
import { CALLS } from './capture/calls';
import { MOVES } from './capture/moves';
import { GAP, QUEUES } from './capture/queues';
import { pause, type Scene } from './capture/scene';
import { ASTERISK_VERSIONS, Pbx } from './pbx';

const [, , wantedVersion = '22', pattern = '', folder] = process.argv;

/**
 * Everything the PBX had to say about what happened so far: a marker is sent through the event stream and cut off.
 * One second of quiet comes before it, because queue and CDR modules speak up a little after the last hangup.
 */
async function settled(control: AmiTap, recorded: AmiTap): Promise<Buffer> {
  await control.idle();
  await pause(1000);
  const marker = `end-of-scene-${Date.now()}`;
  const from = recorded.position;
  await control.action({ Action: 'UserEvent', UserEvent: marker });
  const message = await recorded.event('UserEvent', { UserEvent: marker }, { from });
  return recorded.bytes(message);
}

async function main(): Promise<void> {
  const version = ASTERISK_VERSIONS.find((known) => known === wantedVersion);
  if (version === undefined) throw new Error(`no such version: ${wantedVersion}`);
  const target = folder ?? join('test', 'data', 'ami', version);
  mkdirSync(target, { recursive: true });
  const wanted = new RegExp(pattern);
  const pbx = await Pbx.start(version);
  const { amiPort, secret } = pbx.addresses;
  const openRecorder = async (): Promise<AmiTap> => await AmiTap.login(amiPort, 'flow', secret);
  const people = {
    alice: await pbx.phone('1001', 'Alice'),
    bob: await pbx.phone('1002', 'Bob'),
    carol: await pbx.phone('1003', 'Carol'),
    dan: await pbx.phone('1004', 'Dan'),
    jana: await pbx.trunk('+421900123456', 'Jana'),
  };
  const save = (name: string, bytes: Buffer): void => {
    writeFileSync(join(target, `${name}.txt`), bytes);
    console.log(version, name, bytes.length);
  };

  const scenes = Object.entries({ ...CALLS, ...MOVES, ...QUEUES, [GAP.before]: GAP.play });
  let failures = 0;
  for (const [name, play] of scenes.filter(([each]) => wanted.test(each))) {
    await pbx.sweep();
    const recorded = await openRecorder();
    const scene: Scene = { pbx, recorded, openRecorder, ...people };
    try {
      const after = await play(scene);
      if (after === undefined) {
        save(name, await settled(pbx.tap, recorded));
      } else {
        save(name, recorded.bytes());
        save(GAP.after, await settled(pbx.tap, after));
        await after.close();
      }
    } catch (error) {
      failures += 1;
      console.error(version, name, 'FAILED', error instanceof Error ? error.message : error);
    } finally {
      await recorded.close();
    }
  }
  for (const phone of Object.values(people)) await phone.close();
  await pbx.tap.close();
  process.exitCode = failures === 0 ? 0 : 1;
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
