import type { ProviderDescriptor } from '../../provider';
import { SILENCE_FIELD } from '../../transport/silence';

const URL_MESSAGE = {
  'en-US': 'An address that begins with wss:// (or ws://).',
  sk: 'Adresa, ktorá sa začína wss:// (alebo ws://).',
  ru: 'Адрес, который начинается с wss:// (или ws://).',
} as const;

const WEB_MESSAGE = {
  'en-US': 'An address that begins with https://.',
  sk: 'Adresa, ktorá sa začína https://.',
  ru: 'Адрес, который начинается с https://.',
} as const;

export const DEFAULT_URL = 'wss://pbxwssv1.viptel.sk:8088/';
export const DEFAULT_SMS_URL = 'https://smsapi.viptel.sk/api/';

export const descriptor: ProviderDescriptor = {
  id: 'viptel',
  label: 'VIPTel',
  description: {
    'en-US':
      'The cloud PBX of VIPTel (Slovakia): calls and queues over its WebSocket service, lists and recordings over REST, texts.',
    sk: 'Virtuálna ústredňa VIPTel: hovory a fronty cez službu WebSocket, zoznamy a nahrávky cez REST, SMS správy.',
    ru: 'Облачная АТС VIPTel (Словакия): звонки и очереди через WebSocket, списки и записи через REST, SMS.',
  },
  docs: 'README.md#viptel',
  fields: [
    {
      name: 'url',
      type: 'url',
      label: { 'en-US': 'WebSocket address', sk: 'Adresa WebSocket', ru: 'Адрес WebSocket' },
      hint: {
        'en-US':
          'VIPTel tells it when it switches the service on; it must also know the public IP address of this computer.',
        sk: 'Oznámi ju VIPTel pri aktivácii služby; musí tiež poznať verejnú IP adresu tohto počítača.',
        ru: 'Его сообщает VIPTel при включении службы; VIPTel также должен знать внешний IP-адрес этого компьютера.',
      },
      default: DEFAULT_URL,
      placeholder: DEFAULT_URL,
      required: true,
      pattern: { source: '^wss?://[^\\s/]+', message: URL_MESSAGE },
    },
    {
      name: 'username',
      type: 'text',
      label: { 'en-US': 'API user', sk: 'Používateľ API', ru: 'Пользователь API' },
      hint: {
        'en-US': 'From VIPTel, together with the service. It is not the login of the web pages of the PBX.',
        sk: 'Od VIPTelu spolu so službou. Nie je to prihlásenie do webového rozhrania ústredne.',
        ru: 'Выдаёт VIPTel вместе со службой. Это не вход на веб-страницы АТС.',
      },
      required: true,
      credential: true,
    },
    {
      name: 'password',
      type: 'password',
      label: { 'en-US': 'API password', sk: 'Heslo API', ru: 'Пароль API' },
      required: true,
      secret: true,
      verbatim: true,
    },
    {
      name: 'restUrl',
      type: 'url',
      label: { 'en-US': 'REST address', sk: 'Adresa REST', ru: 'Адрес REST' },
      hint: {
        'en-US':
          'For members, queues, history, recordings, and to know after a break what happened meanwhile. Leave it empty if VIPTel has not switched REST on.',
        sk: 'Pre klapky, fronty, históriu, nahrávky a na doplnenie toho, čo sa stalo počas výpadku. Ak vám VIPTel REST nezapol, nechajte prázdne.',
        ru: 'Для списка номеров, очередей, истории, записей и чтобы узнать, что произошло во время обрыва. Оставьте пустым, если VIPTel не включил REST.',
      },
      placeholder: 'https://pbxmanager.viptel.sk/',
      pattern: { source: '^https?://[^\\s/]+', message: WEB_MESSAGE },
    },
    {
      name: 'smsUsername',
      type: 'text',
      label: { 'en-US': 'SMS user', sk: 'Používateľ SMS', ru: 'Пользователь SMS' },
      hint: {
        'en-US': 'The SMS service of VIPTel has a user and password of its own. Leave it empty if you do not have it.',
        sk: 'SMS služba VIPTelu má vlastné meno a heslo. Ak ju nemáte, nechajte prázdne.',
        ru: 'У службы SMS VIPTel свои имя и пароль. Оставьте пустым, если её нет.',
      },
      credential: true,
    },
    {
      name: 'smsPassword',
      type: 'password',
      label: { 'en-US': 'SMS password', sk: 'Heslo SMS', ru: 'Пароль SMS' },
      secret: true,
      verbatim: true,
    },
    {
      name: 'smsIdentity',
      type: 'text',
      label: { 'en-US': 'SMS sender', sk: 'Odosielateľ SMS', ru: 'Отправитель SMS' },
      hint: {
        'en-US': 'A number of yours, or a name agreed with VIPTel; used when a text names no sender.',
        sk: 'Vaše číslo alebo meno dohodnuté s VIPTelom; použije sa, keď správa odosielateľa neuvádza.',
        ru: 'Ваш номер или имя, согласованное с VIPTel; используется, если в сообщении отправитель не указан.',
      },
      placeholder: '0220000000',
    },
    {
      name: 'smsUrl',
      type: 'url',
      label: { 'en-US': 'SMS address', sk: 'Adresa SMS', ru: 'Адрес SMS' },
      default: DEFAULT_SMS_URL,
      placeholder: DEFAULT_SMS_URL,
      pattern: { source: '^https?://[^\\s/]+', message: WEB_MESSAGE },
      advanced: true,
    },
    SILENCE_FIELD,
  ],
  capabilities: {
    call: true,
    callFromGroup: false,
    hangup: true,
    redirect: true,
    transfer: ['blind'],
    sms: true,
    recording: ['fetch'],
    queries: ['members', 'queues', 'calls', 'history', 'balance'],
    action: true,
    route: true,
    events: [
      'call.begin',
      'call.ringing',
      'call.answer',
      'call.transfer',
      'call.end',
      'call.missed',
      'queue.join',
      'queue.leave',
      'queue.abandon',
      'queue.member.add',
      'queue.member.remove',
      'queue.member.pause',
      'queue.member.unpause',
      'queue.member.ringing',
      'queue.member.connect',
      'recording.available',
      'sms.sent',
      'sms.delivered',
      'sms.failed',
      'sms.received',
      'account.connected',
      'account.disconnected',
      'account.degraded',
      'account.gap',
      'account.warning',
      'raw',
    ],
  },
  // VIPTel states no limit for the WebSocket; a flow gone wild must not become its problem. REST has its own gate.
  rateLimits: [{ commands: ['call', 'hangup', 'redirect', 'transfer', 'action'], count: 12, perMs: 5_000 }],
  // VIPTel tells the end of a call itself, and between two agents a waiting caller has no leg.
  endGraceMs: Infinity,
  webhook: {
    paths: ['/sms'],
    where: {
      'en-US': 'VIPTel enters it for you, with /sms at its end, as the address for incoming texts: write to support.',
      sk: 'Zadá ju VIPTel ako adresu pre prijaté SMS, s /sms na konci: napíšte podpore.',
      ru: 'Её вносит VIPTel как адрес для входящих SMS, с /sms на конце: напишите в поддержку.',
    },
  },
};
