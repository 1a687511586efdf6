/** What the vwell-bpx-srv provider is and can do, and the fields of its form. */

import type { Topic } from '../../model';
import { TOPICS } from '../../model';
import type { Field, ProviderDescriptor } from '../../provider';
import { SILENCE_FIELD } from '../../transport/silence';

/** A text is known to have been handed over, not to have left; nothing tells of incoming ones. */
const EVENTS: readonly Topic[] = [
  ...TOPICS.call,
  ...TOPICS.queue,
  'recording.start',
  'recording.available',
  'recording.failed',
  'sms.sent',
  'raw',
];

const NO_QUOTES: NonNullable<Field['pattern']> = {
  source: '^[^\'"]*$',
  message: {
    'en-US': 'Quotes are not allowed here.',
    sk: 'Úvodzovky tu nie sú povolené.',
    ru: 'Кавычки здесь недопустимы.',
  },
};

export const descriptor: ProviderDescriptor = {
  id: 'vwell',
  label: 'vwell-bpx-srv',
  description: {
    'en-US': 'A PBX on Asterisk (for example Yeastar MyPBX) behind vwell-bpx-srv, its WebSocket and AJAX server.',
    sk: 'Ústredňa na Asterisku (napríklad Yeastar MyPBX) za vwell-bpx-srv, jej serverom pre WebSocket a AJAX.',
    ru: 'АТС на Asterisk (например Yeastar MyPBX) за vwell-bpx-srv, её сервером WebSocket и AJAX.',
  },
  docs: 'README.md#vwell-bpx-srv',
  fields: [
    {
      name: 'url',
      type: 'url',
      label: { 'en-US': 'Address', sk: 'Adresa', ru: 'Адрес' },
      hint: {
        'en-US':
          'WebSocket address of the server; "ws_server_port" in its config/app-config.js, usually 8931. Commands fall back to AJAX (usually port 8930) while the WebSocket cannot be had.',
        sk: 'Adresa WebSocketu servera; „ws_server_port“ v jeho config/app-config.js, zvyčajne 8931. Keď WebSocket nie je dostupný, príkazy idú cez AJAX (zvyčajne port 8930).',
        ru: 'Адрес WebSocket сервера; «ws_server_port» в его config/app-config.js, обычно 8931. Пока WebSocket недоступен, команды идут через AJAX (обычно порт 8930).',
      },
      placeholder: 'ws://192.168.1.10:8931/api',
      required: true,
      pattern: {
        source: '^wss?://[^\\s@]+$',
        message: {
          'en-US': 'Enter an address that begins with ws:// or wss://.',
          sk: 'Zadajte adresu, ktorá sa začína na ws:// alebo wss://.',
          ru: 'Введите адрес, который начинается с ws:// или wss://.',
        },
      },
    },
    {
      name: 'secret',
      type: 'password',
      label: { 'en-US': 'Secret', sk: 'Tajný kľúč', ru: 'Секрет' },
      hint: {
        'en-US':
          '"secret" of config/app-config.js. Either this, or login and SHA1 below, not both. A server whose secret is empty delivers no events.',
        sk: '„secret“ z config/app-config.js. Buď tento údaj, alebo nižšie login a SHA1, nie oboje. Server s prázdnym „secret“ nedoručuje udalosti.',
        ru: '«secret» из config/app-config.js. Либо это поле, либо логин и SHA1 ниже, но не то и другое. Сервер с пустым «secret» не доставляет событий.',
      },
      secret: true,
      pattern: NO_QUOTES,
    },
    {
      name: 'login',
      type: 'text',
      label: { 'en-US': 'Login', sk: 'Login', ru: 'Логин 1' },
      hint: {
        'en-US': 'login: "Agent" or "Client" in exactly this spelling, or the name of a user.',
        sk: 'login: „Agent“ alebo „Client“ presne v tomto tvare, alebo meno používateľa.',
        ru: 'login: «Agent» или «Client» именно в таком написании, либо имя пользователя.',
      },
      placeholder: 'Agent',
      credential: true,
      pattern: NO_QUOTES,
    },
    {
      name: 'login2',
      type: 'text',
      label: { 'en-US': 'Login 2', sk: 'Login 2', ru: 'Логин 2' },
      hint: {
        'en-US': 'login2: the name of the agent or client.',
        sk: 'login2: meno agenta alebo klienta.',
        ru: 'login2: имя агента или клиента, например Иванов И.И.',
      },
      credential: true,
      pattern: NO_QUOTES,
    },
    {
      name: 'sha1',
      type: 'password',
      label: { 'en-US': 'SHA1', sk: 'SHA1', ru: 'SHA1' },
      hint: {
        'en-US': 'sha1: the password in the form Fabula gives it, 40 hexadecimal digits. Enter it as it is.',
        sk: 'sha1: heslo v tvare, v akom ho dáva Fabula, 40 šestnástkových číslic. Zadajte ho tak, ako je.',
        ru: 'sha1: пароль в формате «Фабулы», 40 шестнадцатеричных цифр. Введите как есть.',
      },
      secret: true,
      pattern: NO_QUOTES,
    },
    {
      name: 'context',
      type: 'text',
      label: { 'en-US': 'Dialplan context', sk: 'Kontext dialplánu', ru: 'Контекст диалплана' },
      hint: {
        'en-US':
          'Leave empty on a Yeastar PBX: each extension has its own context there (DLPN_DialPlan…). On another PBX: the context in which phones dial; calls, redirects and transfers then go through it, and the rules for destinations hold for the calling side too, unless it is a phone of the PBX.',
        sk: 'Na ústredni Yeastar nechajte prázdne: každá klapka tam má vlastný kontext (DLPN_DialPlan…). Na inej ústredni: kontext, v ktorom vytáčajú telefóny; hovory, presmerovania a prepojenia potom idú cez neho a pravidlá pre ciele platia aj pre volajúcu stranu, ak to nie je telefón ústredne.',
        ru: 'На АТС Yeastar оставьте пустым: там у каждого внутреннего номера свой контекст (DLPN_DialPlan…). На другой АТС: контекст, в котором набирают телефоны; звонки, переадресации и переводы тогда идут через него, а правила для направлений действуют и для вызывающей стороны, если это не телефон АТС.',
      },
      advanced: true,
      pattern: {
        source: '^(?:[0-9A-Za-z_][0-9A-Za-z_.+\\-]{0,78})?$',
        message: {
          'en-US': 'Enter the name of a dialplan context.',
          sk: 'Zadajte názov kontextu dialplánu.',
          ru: 'Введите имя контекста диалплана.',
        },
      },
    },
    SILENCE_FIELD,
  ],
  capabilities: {
    call: true,
    callFromGroup: false,
    hangup: true,
    redirect: true,
    transfer: ['blind', 'attended'],
    sms: true,
    recording: ['start', 'stop'],
    queries: ['members', 'queues', 'calls'],
    action: true,
    route: true,
    events: EVENTS,
  },
  secretKeys: ['secret', 'sha1', 'Key', 'Md5Cred', 'MD5Secret', 'RemoteSecret'],
};
