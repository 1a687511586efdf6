/** What the simulator is and can do: everything the package knows, so that any flow can be tried without a PBX. */

import { ALL_TOPICS } from '../../model';
import type { ProviderDescriptor } from '../../provider';
import { LIST_PATTERN } from './config';

export const descriptor: ProviderDescriptor = {
  id: 'simulator',
  label: 'Simulator',
  description: {
    'en-US': 'A small PBX inside Node-RED with simulated callers and agents: try flows without a telephone system.',
    sk: 'Malá ústredňa priamo v Node-RED so simulovanými volajúcimi a agentmi: flow si vyskúšate bez skutočnej ústredne.',
    ru: 'Небольшая АТС внутри Node-RED с имитацией звонящих и операторов: потоки можно проверить без настоящей АТС.',
  },
  docs: 'README.md#simulator',
  fields: [
    {
      name: 'callsPerMinute',
      type: 'number',
      label: { 'en-US': 'Calls per minute', sk: 'Hovory za minútu', ru: 'Звонков в минуту' },
      hint: {
        'en-US': 'How many calls come and go by themselves; 0 for none.',
        sk: 'Koľko hovorov vzniká samo od seba; 0 znamená žiadne.',
        ru: 'Сколько звонков возникает само по себе; 0 — ни одного.',
      },
      default: 6,
      min: 0,
      max: 600,
    },
    {
      name: 'extensions',
      type: 'text',
      label: { 'en-US': 'Extensions', sk: 'Klapky', ru: 'Внутренние номера' },
      hint: {
        'en-US': 'Numbers and ranges, for example 21-26 or 21,22,30-32.',
        sk: 'Čísla a rozsahy, napríklad 21-26 alebo 21,22,30-32.',
        ru: 'Номера и диапазоны, например 21-26 или 21,22,30-32.',
      },
      placeholder: '21-26',
      default: '21-26',
      required: true,
      pattern: {
        source: LIST_PATTERN,
        message: {
          'en-US': 'Enter numbers and ranges separated by commas.',
          sk: 'Zadajte čísla a rozsahy oddelené čiarkami.',
          ru: 'Введите номера и диапазоны через запятую.',
        },
      },
    },
    {
      name: 'queues',
      type: 'text',
      label: { 'en-US': 'Queues', sk: 'Fronty', ru: 'Очереди' },
      hint: {
        'en-US': 'One or more numbers, for example 500 or 500,501. Every extension is an agent of the first.',
        sk: 'Jedno alebo viac čísel, napríklad 500 alebo 500,501. V prvej je agentom každá klapka.',
        ru: 'Один или несколько номеров, например 500 или 500,501. В первой оператором является каждый внутренний номер.',
      },
      placeholder: '500',
      default: '500',
      pattern: {
        source: `${LIST_PATTERN}|^\\s*$`,
        message: {
          'en-US': 'Enter numbers separated by commas, or nothing.',
          sk: 'Zadajte čísla oddelené čiarkami alebo nič.',
          ru: 'Введите номера через запятую или оставьте поле пустым.',
        },
      },
    },
    {
      name: 'seed',
      type: 'text',
      label: { 'en-US': 'Seed', sk: 'Násada', ru: 'Зерно' },
      hint: {
        'en-US': 'Any text. The same seed gives the same people and the same sequence of calls.',
        sk: 'Ľubovoľný text. Rovnaká násada dá rovnakých ľudí a rovnaký sled hovorov.',
        ru: 'Любой текст. Одно и то же зерно даёт тех же людей и ту же последовательность звонков.',
      },
      default: '1',
    },
    {
      name: 'names',
      type: 'text',
      label: { 'en-US': 'Names', sk: 'Mená', ru: 'Имена' },
      hint: {
        'en-US': 'Names of extensions, for example 21=Jana, 22=Ivan; the others get one by the seed.',
        sk: 'Mená klapiek, napríklad 21=Jana, 22=Ivan; ostatné dostanú meno podľa násady.',
        ru: 'Имена внутренних номеров, например 21=Яна, 22=Иван; остальные получают имя по зерну.',
      },
      placeholder: '21=Jana, 22=Ivan',
      advanced: true,
    },
    {
      name: 'answerRatio',
      type: 'number',
      label: { 'en-US': 'Answered, %', sk: 'Zdvihnuté, %', ru: 'Отвеченные, %' },
      hint: {
        'en-US': 'How many of 100 ringing phones are answered.',
        sk: 'Koľko zo 100 zvoniacich telefónov niekto zdvihne.',
        ru: 'На сколько из 100 звонящих телефонов ответят.',
      },
      default: 75,
      min: 0,
      max: 100,
      advanced: true,
    },
    {
      name: 'speed',
      type: 'number',
      label: { 'en-US': 'Speed', sk: 'Rýchlosť', ru: 'Скорость' },
      hint: {
        'en-US': 'How many times faster people ring, talk and wait than in real life.',
        sk: 'Koľkokrát rýchlejšie než v skutočnosti sa zvoní, hovorí a čaká.',
        ru: 'Во сколько раз быстрее, чем в жизни, люди звонят, говорят и ждут.',
      },
      default: 1,
      min: 0.1,
      max: 100,
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
    recording: ['start', 'stop', 'fetch', 'link'],
    queries: ['members', 'queues', 'calls', 'history', 'balance'],
    action: true,
    route: true,
    events: ALL_TOPICS,
  },
};
