/** What the MANGO OFFICE "server-client" service is and can do: its form, its capabilities, and what is set up once at the vendor. */

import { TOPICS } from '../../model';
import type { ProviderDescriptor } from '../../provider';
import { SILENCE_FIELD } from '../../transport/silence';

/** Overview 1.3. */
export const DEFAULT_URL = 'https://api-client.mango-office.ru/api';

export const descriptor: ProviderDescriptor = {
  id: 'mango-client',
  label: 'MANGO OFFICE server-client',
  description: {
    'en-US':
      'MANGO OFFICE for single employees, without webhooks: for a Node-RED that cannot be reached from outside. Written after the vendor’s public overview only; see the README.',
    sk: 'MANGO OFFICE pre jednotlivých zamestnancov bez webhookov: pre Node-RED, ktorý nie je dostupný zvonku. Napísané len podľa verejného prehľadu výrobcu; pozrite README.',
    ru: 'MANGO OFFICE для отдельных сотрудников, без вебхуков: для Node-RED, недоступного извне. Написано только по открытому обзору производителя; см. README.',
  },
  docs: 'README.md#mango-office-server-client',
  fields: [
    {
      name: 'token',
      type: 'password',
      label: { 'en-US': 'Key of the integration', sk: 'Kľúč integrácie', ru: 'Ключ интеграции (token)' },
      hint: {
        'en-US': 'The token that MANGO OFFICE gave when the integration was created. The button below creates one.',
        sk: 'Token, ktorý MANGO OFFICE vydalo pri vytvorení integrácie. Vytvorí ho tlačidlo nižšie.',
        ru: 'Токен, выданный MANGO OFFICE при создании интеграции. Его можно получить кнопкой ниже.',
      },
      required: true,
      secret: true,
    },
    {
      name: 'extensions',
      type: 'text',
      label: { 'en-US': 'Extensions', sk: 'Klapky', ru: 'Внутренние номера' },
      hint: {
        'en-US': 'The employees whose calls come here, with commas. Each must have been added to the integration.',
        sk: 'Zamestnanci, ktorých hovory sem prídu, oddelení čiarkami. Každý musí byť pridaný do integrácie.',
        ru: 'Сотрудники, чьи звонки приходят сюда, через запятую. Каждый должен быть добавлен в интеграцию.',
      },
      placeholder: '101, 102',
      required: true,
      pattern: {
        source: '^\\s*\\d{1,20}(?:[\\s,;]+\\d{1,20})*[\\s,;]*$',
        message: {
          'en-US': 'Digits of extensions, with commas between.',
          sk: 'Číslice klapiek oddelené čiarkami.',
          ru: 'Цифры внутренних номеров через запятую.',
        },
      },
    },
    {
      name: 'url',
      type: 'url',
      label: { 'en-US': 'Address of the API', sk: 'Adresa API', ru: 'Адрес API' },
      default: DEFAULT_URL,
      required: true,
      advanced: true,
    },
    {
      name: 'profile',
      type: 'json',
      label: { 'en-US': 'Wire profile', sk: 'Profil protokolu', ru: 'Профиль протокола' },
      hint: {
        'en-US':
          'Corrects names of the protocol after the vendor’s PDF, for example {"token": {"place": "query", "name": "token", "prefix": ""}}. Empty: as assumed.',
        sk: 'Opravuje názvy protokolu podľa PDF výrobcu, napríklad {"token": {"place": "query", "name": "token", "prefix": ""}}. Prázdne: predpokladané názvy.',
        ru: 'Исправляет имена протокола по PDF производителя, например {"token": {"place": "query", "name": "token", "prefix": ""}}. Пусто: предполагаемые имена.',
      },
      placeholder: '{}',
      advanced: true,
    },
    SILENCE_FIELD,
  ],
  setupActions: [
    {
      name: 'createIntegration',
      label: { 'en-US': 'Create the integration', sk: 'Vytvoriť integráciu', ru: 'Создать интеграцию' },
      hint: {
        'en-US':
          'Once for the PBX; the key it gives is filled in above, then deploy. What the request must hold stands in the vendor’s PDF, chapter on /integration/create.',
        sk: 'Raz pre ústredňu; vydaný kľúč sa vyplní vyššie, potom nasaďte zmeny. Čo má požiadavka obsahovať, je v PDF výrobcu v kapitole /integration/create.',
        ru: 'Один раз для АТС; полученный ключ подставится выше, затем разверните изменения. Содержимое запроса описано в PDF производителя, раздел /integration/create.',
      },
      inputs: [
        {
          name: 'parameters',
          type: 'json',
          label: { 'en-US': 'Request', sk: 'Požiadavka', ru: 'Запрос' },
          placeholder: '{}',
        },
      ],
    },
    {
      name: 'createUsers',
      label: { 'en-US': 'Add the employees', sk: 'Pridať zamestnancov', ru: 'Добавить сотрудников' },
      hint: {
        'en-US':
          'Once for each extension: only from then on MANGO OFFICE collects its calls. Adds those given here, else all of the account.',
        sk: 'Raz pre každú klapku: MANGO OFFICE zbiera jej hovory až odvtedy. Pridá tu uvedené, inak všetky klapky účtu.',
        ru: 'Один раз для каждого номера: только после этого MANGO OFFICE собирает его звонки. Добавляет указанные здесь, иначе все номера учётной записи.',
      },
      inputs: [
        {
          name: 'extensions',
          type: 'text',
          label: { 'en-US': 'Only these', sk: 'Len tieto', ru: 'Только эти' },
          placeholder: '101, 102',
        },
      ],
    },
  ],
  capabilities: {
    call: true,
    callFromGroup: false,
    hangup: false,
    redirect: true,
    transfer: ['blind'],
    sms: false,
    recording: ['link'],
    queries: ['members', 'calls'],
    action: true,
    route: true,
    events: [
      'call.begin',
      'call.ringing',
      'call.answer',
      'call.hold',
      'call.resume',
      'call.end',
      'call.missed',
      'recording.available',
      ...TOPICS.account,
    ],
  },
  // Overview 2.1: "Завершение звонка выполняется на оконечном оборудовании/программном телефоне, и не доступно со стороны API."
  unsupported: { hangup: 'by the vendor’s own word a call is ended on the telephone, this API has no request for it' },
  // The document names no limit; a flow gone wild must not become the vendor's problem.
  rateLimits: [{ commands: 'all', count: 10, perMs: 1_000 }],
  // The provider ends calls itself.
  endGraceMs: Infinity,
};
