/** What the fake manager interface knows of Asterisk's actions. */

/** Classes of which a manager user needs one (`write=`). Actions not named here need none. */
export const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  originate: ['originate'],
  hangup: ['system', 'call'],
  redirect: ['call'],
  blindtransfer: ['call'],
  atxfer: ['call'],
  park: ['call'],
  bridge: ['call'],
  setvar: ['call'],
  getvar: ['call', 'reporting'],
  status: ['system', 'call', 'reporting'],
  coreshowchannels: ['system', 'reporting'],
  corestatus: ['system', 'reporting'],
  coresettings: ['system', 'reporting'],
  mixmonitor: ['system', 'call'],
  stopmixmonitor: ['system', 'call'],
  mixmonitormute: ['system', 'call'],
  command: ['command'],
  userevent: ['user'],
  queueadd: ['agent'],
  queueremove: ['agent'],
  queuepause: ['agent'],
  queuepenalty: ['agent'],
  messagesend: ['message'],
  getconfig: ['system', 'config'],
  reload: ['system', 'config'],
  filter: ['system'],
  pjsipshowendpoints: ['system'],
  pjsipshowendpoint: ['system'],
  pjsipshowcontacts: ['system'],
  devicestatelist: ['call', 'reporting'],
  extensionstatelist: ['call', 'reporting'],
  dbget: ['system', 'reporting'],
  dbput: ['system'],
  playdtmf: ['call'],
};

/** Actions of modules: while Asterisk starts they are refused as if they were forbidden, and the connection is ended. */
export const OF_MODULES: ReadonlySet<string> = new Set([
  'queuestatus',
  'parkedcalls',
  'pjsipshowendpoints',
  'sippeers',
]);

/** Lists that are empty until a test says otherwise, with Asterisk's names for items and end. */
export const EMPTY_LISTS: Readonly<Record<string, readonly [item: string, complete: string]>> = {
  CoreShowChannels: ['CoreShowChannel', 'CoreShowChannelsComplete'],
  Status: ['Status', 'StatusComplete'],
  QueueStatus: ['QueueParams', 'QueueStatusComplete'],
  QueueSummary: ['QueueSummary', 'QueueSummaryComplete'],
  ParkedCalls: ['ParkedCall', 'ParkedCallsComplete'],
  BridgeList: ['BridgeListItem', 'BridgeListComplete'],
  PJSIPShowEndpoints: ['EndpointList', 'EndpointListComplete'],
  DeviceStateList: ['DeviceStateChange', 'DeviceStateListComplete'],
  ExtensionStateList: ['ExtensionStatus', 'ExtensionStateListComplete'],
  Agents: ['Agents', 'AgentsComplete'],
};
