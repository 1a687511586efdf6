/** What the Asterisk provider is and can do, and the fields of its form. */

import type { Topic } from '../../model';
import { TOPICS } from '../../model';
import type { ProviderDescriptor } from '../../provider';
import { SILENCE_FIELD } from '../../transport/silence';

/** MessageSend tells whether a text left, not whether it arrived; incoming texts are the dialplan's. */
const EVENTS: readonly Topic[] = [
  ...TOPICS.call,
  ...TOPICS.queue,
  'recording.start',
  'recording.available',
  'recording.failed',
  'sms.sent',
  'raw',
];

export const descriptor: ProviderDescriptor = {
  id: 'asterisk',
  label: 'Asterisk (AMI)',
  description: {
    'en-US': 'Any PBX built on Asterisk, such as FreePBX or Issabel, through its manager interface (AMI).',
    sk: 'Akákoľvek ústredňa postavená na Asterisku, napríklad FreePBX alebo Issabel, cez rozhranie AMI.',
    ru: 'Любая АТС на основе Asterisk, например FreePBX или Issabel, через интерфейс AMI.',
  },
  docs: 'README.md#asterisk',
  fields: [
    {
      name: 'host',
      type: 'text',
      label: { 'en-US': 'Host', sk: 'Server', ru: 'Сервер' },
      hint: {
        'en-US': 'Name or address of the PBX. With TLS settings (tab Network) the connection is encrypted.',
        sk: 'Názov alebo adresa ústredne. S nastavením TLS (karta Sieť) je spojenie šifrované.',
        ru: 'Имя или адрес АТС. С настройками TLS (вкладка «Сеть») соединение шифруется.',
      },
      placeholder: 'pbx.example.com',
      required: true,
      pattern: {
        source: '^[A-Za-z0-9._:\\-]{1,253}$',
        message: {
          'en-US': 'Enter a name or an address without port.',
          sk: 'Zadajte názov alebo adresu bez portu.',
          ru: 'Введите имя или адрес без порта.',
        },
      },
    },
    {
      name: 'port',
      type: 'number',
      label: { 'en-US': 'Port', sk: 'Port', ru: 'Порт' },
      hint: {
        'en-US': '"port" in manager.conf, usually 5038; with TLS "tlsbindaddr", usually 5039.',
        sk: '„port“ v manager.conf, zvyčajne 5038; s TLS „tlsbindaddr“, zvyčajne 5039.',
        ru: '«port» в manager.conf, обычно 5038; с TLS — «tlsbindaddr», обычно 5039.',
      },
      default: 5038,
      required: true,
      min: 1,
      max: 65_535,
    },
    {
      name: 'username',
      type: 'text',
      label: { 'en-US': 'Manager user', sk: 'Používateľ AMI', ru: 'Пользователь AMI' },
      hint: {
        'en-US':
          'A section of manager.conf of its own, with read = system,call,agent,user,dialplan,dtmf and write = system,call,agent,originate,reporting,message.',
        sk: 'Vlastná sekcia v manager.conf s právami read = system,call,agent,user,dialplan,dtmf a write = system,call,agent,originate,reporting,message.',
        ru: 'Отдельная секция в manager.conf с правами read = system,call,agent,user,dialplan,dtmf и write = system,call,agent,originate,reporting,message.',
      },
      credential: true,
      required: true,
    },
    {
      name: 'password',
      type: 'password',
      label: { 'en-US': 'Secret', sk: 'Heslo', ru: 'Пароль' },
      hint: {
        'en-US':
          '"secret" of that section. It does not cross the network, as long as Asterisk takes a login by challenge.',
        sk: '„secret“ tejto sekcie. Sieťou neprechádza, ak Asterisk prijme prihlásenie cez výzvu (challenge).',
        ru: '«secret» этой секции. По сети не передаётся, если Asterisk принимает вход по методу «вызов — ответ» (challenge).',
      },
      secret: true,
      required: true,
    },
    {
      name: 'technology',
      type: 'select',
      label: { 'en-US': 'Phones are', sk: 'Telefóny sú', ru: 'Телефоны подключены как' },
      hint: {
        'en-US':
          'How the phone of an extension is called by "make call". Local rings whatever the dialplan rings; then the rules for destinations hold for the calling side too, unless it is a phone of the PBX.',
        sk: 'Ako sa pri „zavolať“ vytáča telefón klapky. Local zazvoní tam, kam ho pošle dialplán; pravidlá pre ciele potom platia aj pre volajúcu stranu, ak to nie je telefón ústredne.',
        ru: 'Как узел «позвонить» вызывает телефон внутреннего номера. Local звонит туда, куда решит диалплан; тогда правила для направлений действуют и для вызывающей стороны, если это не телефон АТС.',
      },
      default: 'PJSIP',
      options: ['PJSIP', 'SIP', 'IAX2', 'SCCP', 'Local'].map((value) => ({
        value,
        label: { 'en-US': value, sk: value, ru: value },
      })),
    },
    {
      name: 'context',
      type: 'text',
      label: { 'en-US': 'Context of the phones', sk: 'Kontext telefónov', ru: 'Контекст телефонов' },
      hint: {
        'en-US':
          'The dialplan context in which phones dial: destinations of calls, transfers and redirects are looked up there, and a channel in it counts as inside.',
        sk: 'Kontext dialplánu, v ktorom vytáčajú telefóny: hľadajú sa v ňom ciele hovorov, prepojení a presmerovaní a kanál v ňom sa považuje za vnútorný.',
        ru: 'Контекст диалплана, в котором набирают телефоны: в нём ищутся адресаты звонков, переводов и переадресаций, а канал в нём считается внутренним.',
      },
      default: 'from-internal',
      required: true,
      pattern: {
        source: '^[0-9A-Za-z_][0-9A-Za-z_.+\\-]{0,78}$',
        message: {
          'en-US': 'Enter the name of a dialplan context.',
          sk: 'Zadajte názov kontextu dialplánu.',
          ru: 'Введите имя контекста диалплана.',
        },
      },
    },
    {
      name: 'smsVia',
      type: 'text',
      label: { 'en-US': 'Texts go by', sk: 'SMS sa posielajú cez', ru: 'SMS отправлять через' },
      hint: {
        'en-US':
          'MessageSend (SIP messages), or a command of the Asterisk console with {to}, {text} and {from}, for example: dongle sms dongle0 {to} {text}. Such a command needs write = command.',
        sk: 'MessageSend (správy SIP) alebo príkaz konzoly Asterisku s {to}, {text} a {from}, napríklad: dongle sms dongle0 {to} {text}. Taký príkaz potrebuje write = command.',
        ru: 'MessageSend (сообщения SIP) или команда консоли Asterisk с {to}, {text} и {from}, например: dongle sms dongle0 {to} {text}. Такой команде нужно право write = command.',
      },
      default: 'MessageSend',
      advanced: true,
    },
    {
      name: 'agiPort',
      type: 'number',
      label: { 'en-US': 'FastAGI port', sk: 'Port FastAGI', ru: 'Порт FastAGI' },
      hint: {
        'en-US':
          'Route request: paste this line into the dialplan of incoming calls, with the address of Node-RED and this port: same => n,AGI(agi://NODE-RED:4573/route). 0 = off. Only the PBX itself and private networks may connect.',
        sk: 'Otázka na smerovanie: vložte tento riadok do dialplánu prichádzajúcich hovorov, s adresou Node-RED a týmto portom: same => n,AGI(agi://NODE-RED:4573/route). 0 = vypnuté. Pripojiť sa smie len ústredňa a súkromné siete.',
        ru: 'Запрос маршрута: вставьте эту строку в диалплан входящих звонков, указав адрес Node-RED и этот порт: same => n,AGI(agi://NODE-RED:4573/route). 0 — выключено. Подключаться могут только сама АТС и частные сети.',
      },
      default: 0,
      min: 0,
      max: 65_535,
      advanced: true,
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
    recording: ['start', 'stop', 'fetch', 'link'],
    queries: ['members', 'queues', 'calls'],
    action: true,
    route: true,
    events: EVENTS,
  },
  secretKeys: ['Secret', 'Key', 'Md5Cred', 'MD5Secret', 'RemoteSecret', 'ExpectedResponse', 'ReceivedChallenge'],
};
