/** What MANGO OFFICE Virtual PBX is and can do: its form, its capabilities and its limits (D26 section 1.4.2). */

import { TOPICS } from '../../model';
import type { ProviderDescriptor } from '../../provider';
import { DEFAULT_URL } from './api';

/** Addresses the notifications come from (D26 section 3.1.1). */
export const VENDOR_ADDRESSES = ['81.88.80.132', '81.88.80.133', '81.88.82.36', '81.88.82.44', '81.88.82.45'] as const;

export const descriptor: ProviderDescriptor = {
  id: 'mango',
  label: 'MANGO OFFICE',
  description: {
    'en-US': 'MANGO OFFICE Virtual PBX: commands by the VPBX API, events by signed notifications (API Realtime).',
    sk: 'Virtuálna ústredňa MANGO OFFICE: príkazy cez VPBX API, udalosti cez podpísané oznámenia (API Realtime).',
    ru: 'Виртуальная АТС MANGO OFFICE: команды через API ВАТС, события через подписанные уведомления (API Realtime).',
  },
  docs: 'README.md#mango-office',
  fields: [
    {
      name: 'apiKey',
      type: 'password',
      label: { 'en-US': 'PBX code (API key)', sk: 'Kód ústredne (API kľúč)', ru: 'Уникальный код вашей АТС' },
      hint: {
        'en-US': 'In the web settings of the PBX: Integrations, API connector, "unique code of your PBX".',
        sk: 'Vo webových nastaveniach ústredne: Интеграции, API коннектор, „Уникальный код вашей АТС“.',
        ru: 'В личном кабинете: Интеграции, API коннектор, «Уникальный код вашей АТС».',
      },
      required: true,
      secret: true,
    },
    {
      name: 'apiSalt',
      type: 'password',
      label: { 'en-US': 'Signing key (API salt)', sk: 'Podpisový kľúč (API salt)', ru: 'Ключ для создания подписи' },
      hint: {
        'en-US': 'On the same page: "key for creating the signature". It is never sent anywhere.',
        sk: 'Na tej istej stránke: „Ключ для создания подписи“. Nikam sa neodosiela.',
        ru: 'На той же странице: «Ключ для создания подписи». Он никуда не передаётся.',
      },
      required: true,
      secret: true,
    },
    {
      name: 'smsExtension',
      type: 'text',
      label: { 'en-US': 'Extension for SMS', sk: 'Klapka pre SMS', ru: 'Внутренний номер для SMS' },
      hint: {
        'en-US': 'The employee in whose name texts are sent when the flow names nobody.',
        sk: 'Zamestnanec, v mene ktorého sa posielajú SMS, keď flow nikoho neuvedie.',
        ru: 'Сотрудник, от имени которого отправляются SMS, если в потоке никто не указан.',
      },
      placeholder: '101',
      pattern: {
        source: '^\\d{0,20}$',
        message: {
          'en-US': 'Enter the digits of an extension, or nothing.',
          sk: 'Zadajte číslice klapky alebo nič.',
          ru: 'Введите цифры внутреннего номера или оставьте поле пустым.',
        },
      },
    },
    {
      name: 'url',
      type: 'url',
      label: { 'en-US': 'Address of the API', sk: 'Adresa API', ru: 'Адрес API' },
      hint: {
        'en-US': 'Change it only when MANGO OFFICE told you another one.',
        sk: 'Meňte ju len vtedy, keď vám MANGO OFFICE oznámilo inú.',
        ru: 'Меняйте, только если MANGO OFFICE сообщил вам другой адрес.',
      },
      default: DEFAULT_URL,
      required: true,
      advanced: true,
    },
  ],
  capabilities: {
    call: true,
    callFromGroup: true,
    hangup: true,
    redirect: true,
    transfer: ['blind', 'attended'],
    sms: true,
    recording: ['start', 'fetch', 'link'],
    linkExpires: true,
    queries: ['members', 'queues', 'calls', 'history', 'balance'],
    action: true,
    route: true,
    events: [
      ...TOPICS.call,
      'queue.join',
      'queue.leave',
      'queue.abandon',
      'queue.member.ringing',
      'queue.member.connect',
      ...TOPICS.recording,
      'sms.sent',
      'sms.delivered',
      'sms.failed',
      ...TOPICS.account,
    ],
  },
  rateLimits: [
    { commands: ['call'], count: 4, perMs: 1_000 },
    { commands: ['hangup'], count: 4, perMs: 1_000 },
    { commands: ['redirect'], count: 1, perMs: 2_000 },
    { commands: ['transfer'], count: 1, perMs: 2_000 },
    { commands: 'all', count: 10, perMs: 1_000 },
  ],
  secretKeys: ['vpbx_api_key', 'vpbx_api_salt', 'sign'],
  // The summary ends a call; without one its legs do, after the longest pause that may lie between two of them.
  endGraceMs: 15_000,
  webhook: {
    paths: [
      '/ping',
      '/events/call',
      '/events/summary',
      '/events/recording',
      '/events/record/added',
      '/events/dtmf',
      '/events/sms',
      '/result/*',
    ],
    allowFrom: VENDOR_ADDRESSES,
    where: {
      'en-US':
        'In the web settings of the PBX: Integrations, API connector, "address of the external system" (Интеграции, API коннектор, Адрес внешней системы); then press Проверить.',
      sk: 'Vo webových nastaveniach ústredne: Интеграции, API коннектор, Адрес внешней системы; potom stlačte Проверить.',
      ru: 'В личном кабинете MANGO OFFICE: «Интеграции», «API коннектор», «Адрес внешней системы»; затем нажмите «Проверить».',
    },
  },
};
