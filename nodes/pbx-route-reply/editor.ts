interface RouteReplyProperties {
  name: string;
  to: string;
  toType: string;
  contactName: string;
  contactNameType: string;
  version: number;
}

RED.nodes.registerType<RouteReplyProperties>('pbx-route-reply', {
  category: 'telephony',
  color: '#d9b26f',
  icon: 'pbx-route-reply.svg',
  inputs: 1,
  outputs: 1,
  align: 'right',
  paletteLabel() {
    return this._('routeReply.palette');
  },
  defaults: {
    name: { value: '' },
    to: { value: '', validate: RED.validators.typedInput('toType') },
    toType: { value: 'str' },
    contactName: { value: '', validate: RED.validators.typedInput('contactNameType') },
    contactNameType: { value: 'str' },
    version: { value: 1 },
  },
  label() {
    return this.name || this._('routeReply.palette');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    $('#node-input-to').closest('.form-row').parent().addClass('pbx-form');
    for (const field of ['to', 'contactName'])
      $(`#node-input-${field}`).typedInput({
        types: ['str', 'msg', 'flow', 'global', 'env', 'jsonata'],
        typeField: `#node-input-${field}Type`,
      });
  },
});
