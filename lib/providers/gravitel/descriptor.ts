/** What the Gravitel and MegaFon family is and can do, and the fields of its form (specification 1, 10). */

import { TOPICS } from '../../model';
import type { ProviderDescriptor } from '../../provider';

export const descriptor: ProviderDescriptor = {
  id: 'gravitel',
  label: 'Gravitel, MegaFon and relatives',
  description: {
    'en-US':
      'Cloud PBXs with the "CRM API" of this family: Gravitel (old and new API), MegaFon, Kcell, Moldcell, MTT Exolve, Telroi. Commands by REST, events by webhooks.',
    sk: 'Cloudové ústredne s „CRM API“ tejto rodiny: Gravitel (staré aj nové API), MegaFon, Kcell, Moldcell, MTT Exolve, Telroi. Príkazy cez REST, udalosti cez webhooky.',
    ru: 'Облачные АТС с «CRM API» этого семейства: Гравител (старый и новый API), МегаФон, Kcell, Moldcell, МТТ Exolve, Telroi. Команды через REST, события через вебхуки.',
  },
  docs: 'README.md#gravitel-megafon-and-relatives',
  fields: [
    {
      name: 'url',
      type: 'text',
      label: { 'en-US': 'Address of the PBX', sk: 'Adresa ústredne', ru: 'Адрес облачной АТС' },
      hint: {
        'en-US':
          'Copy it from the web settings of the PBX: Settings, Integration with CRM, "address of the cloud PBX".',
        sk: 'Skopírujte ju z webových nastavení ústredne: Настройки, Интеграция с CRM, „Адрес Облачной АТС“.',
        ru: 'Скопируйте из личного кабинета: «Настройки», «Интеграция с CRM», «Адрес Облачной АТС».',
      },
      placeholder: 'https://company.megapbx.ru/crmapi/v1',
      required: true,
      pattern: {
        source: '^\\s*(https?://)?[^\\s/]+(/\\S*)?\\s*$',
        message: {
          'en-US': 'Enter an address such as https://company.megapbx.ru/crmapi/v1.',
          sk: 'Zadajte adresu, napríklad https://company.megapbx.ru/crmapi/v1.',
          ru: 'Введите адрес, например https://company.megapbx.ru/crmapi/v1.',
        },
      },
    },
    {
      name: 'apiKey',
      type: 'password',
      label: { 'en-US': 'Key of the PBX', sk: 'Kľúč ústredne', ru: 'Ключ облачной АТС' },
      hint: {
        'en-US': 'On the same page: "key for authorisation in the cloud PBX". This package sends it to the PBX.',
        sk: 'Na tej istej stránke: „Ключ для авторизации в Облачной АТС“. Tento balík ho posiela ústredni.',
        ru: 'На той же странице: «Ключ для авторизации в Облачной АТС». Его пакет отправляет АТС.',
      },
      required: true,
      secret: true,
    },
    {
      name: 'crmToken',
      type: 'password',
      ownSecret: true,
      label: { 'en-US': 'Key of the CRM', sk: 'Kľúč CRM', ru: 'Ключ вашей CRM' },
      hint: {
        'en-US':
          'Have one made up and enter it in the web settings of the PBX as "key for authorisation in your CRM", next to the webhook address (tab Network). The PBX repeats it in every webhook.',
        sk: 'Nechajte si ho vymyslieť a zadajte ho vo webových nastaveniach ústredne ako „Ключ для авторизации в вашей CRM“ spolu s adresou webhooku (karta Sieť). Ústredňa ho opakuje v každom webhooku.',
        ru: 'Создайте его кнопкой и укажите в кабинете в поле «Ключ для авторизации в вашей CRM» вместе с адресом вебхука (вкладка «Сеть»). АТС повторяет его в каждом вебхуке.',
      },
      required: true,
      secret: true,
      pattern: {
        source: '^\\S{8,256}$',
        message: {
          'en-US': 'At least 8 characters without blanks; 32 random ones are better.',
          sk: 'Aspoň 8 znakov bez medzier; lepšie je 32 náhodných.',
          ru: 'Не менее 8 символов без пробелов; лучше 32 случайных.',
        },
      },
    },
    {
      name: 'defaultUser',
      type: 'text',
      label: { 'en-US': 'Default employee', sk: 'Predvolený zamestnanec', ru: 'Сотрудник по умолчанию' },
      hint: {
        'en-US': 'Extension or login that calls are placed from when the flow names nobody.',
        sk: 'Klapka alebo login, z ktorého sa volá, keď flow nikoho neuvedie.',
        ru: 'Внутренний номер или логин, от имени которого совершаются звонки, если в потоке никто не указан.',
      },
      placeholder: '712',
      pattern: {
        source: '^\\S{0,128}$',
        message: {
          'en-US': 'Enter an extension or login, or nothing.',
          sk: 'Zadajte klapku alebo login, alebo nič.',
          ru: 'Введите внутренний номер или логин либо оставьте поле пустым.',
        },
      },
      advanced: true,
    },
    {
      name: 'dialect',
      type: 'select',
      label: { 'en-US': 'Dialect', sk: 'Dialekt', ru: 'Диалект' },
      hint: {
        'en-US': 'The address usually tells it.',
        sk: 'Zvyčajne ho prezradí adresa.',
        ru: 'Обычно он понятен по адресу.',
      },
      default: 'auto',
      options: [
        { value: 'auto', label: { 'en-US': 'by the address', sk: 'podľa adresy', ru: 'по адресу' } },
        {
          value: 'L',
          label: {
            'en-US': 'L: …/sys/crm_api.wcgp (Gravitel, MegaFon, Kcell, Moldcell)',
            sk: 'L: …/sys/crm_api.wcgp (Gravitel, MegaFon, Kcell, Moldcell)',
            ru: 'L: …/sys/crm_api.wcgp (Гравител, МегаФон, Kcell, Moldcell)',
          },
        },
        {
          value: 'V1',
          label: {
            'en-US': 'V1: …/crmapi/v1 (MegaFon, Kcell, MTT Exolve, Telroi)',
            sk: 'V1: …/crmapi/v1 (MegaFon, Kcell, MTT Exolve, Telroi)',
            ru: 'V1: …/crmapi/v1 (МегаФон, Kcell, МТТ Exolve, Telroi)',
          },
        },
        {
          value: 'G1',
          label: {
            'en-US': "G1: crm.aicall.ru/v1/… (Gravitel's new API)",
            sk: 'G1: crm.aicall.ru/v1/… (nové API Gravitelu)',
            ru: 'G1: crm.aicall.ru/v1/… (новый API Гравител)',
          },
        },
      ],
      advanced: true,
    },
  ],
  defaults: { call: ['from'] },
  capabilities: {
    call: true,
    callFromGroup: true,
    hangup: false,
    redirect: false,
    transfer: [],
    sms: false,
    recording: ['fetch', 'link'],
    queries: ['members', 'queues', 'calls', 'history'],
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
      'queue.member.ringing',
      'queue.member.connect',
      'recording.available',
      'recording.failed',
      ...TOPICS.account,
    ],
  },
  secretKeys: ['crm_token', 'x-api-key', 'token'],
  // The history record ends a call; without one the provider decides, since it knows more than that the legs are gone.
  endGraceMs: Infinity,
  webhook: {
    paths: ['/', '/client', '/event', '/history'],
    where: {
      'en-US':
        'In the web settings of the PBX: Settings, Integration with CRM, the field "address of your CRM" (Настройки, Интеграция с CRM, Адрес вашей CRM).',
      sk: 'Vo webových nastaveniach ústredne: Настройки, Интеграция с CRM, pole „Адрес вашей CRM“.',
      ru: 'В личном кабинете АТС: «Настройки», «Интеграция с CRM», поле «Адрес вашей CRM».',
    },
  },
};
