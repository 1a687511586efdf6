/** The telephony sidebar: accounts, live calls, queues and the last events, pushed by the runtime while somebody looks. */

import { TelephonySidebar } from './telephony.editor';
import { label } from './words.editor';

RED.plugins.registerPlugin('pbx-sidebar', {
  onadd() {
    const sidebar = new TelephonySidebar();
    RED.sidebar.addTab({
      id: 'pbx-telephony',
      label: label('label'),
      name: label('name'),
      iconClass: 'fa fa-phone',
      content: sidebar.element,
      enableOnEdit: true,
    });
  },
});
