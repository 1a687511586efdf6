import { loadProviders, property, providerById } from '../shared/editor';

interface RouteRequestProperties {
  name: string;
  account: string;
  number: string;
  timeout: number;
  version: number;
}

RED.nodes.registerType<RouteRequestProperties>('pbx-route-request', {
  category: 'telephony',
  color: '#d9b26f',
  icon: 'pbx-route-request.svg',
  inputs: 0,
  outputs: 1,
  paletteLabel() {
    return this._('routeRequest.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        const account = RED.nodes.node(value);
        if (!value || value === '_ADD_') return this._('common.invalid.noAccount');
        if (!account) return this._('common.invalid.unknownAccount');
        if (account.valid === false) return this._('common.invalid.account');
        const descriptor = providerById(property(account, 'provider'));
        if (!descriptor || descriptor.capabilities.route) return true;
        return this._('common.invalid.notSupported', { pbx: descriptor.label });
      },
    },
    number: { value: '' },
    timeout: {
      value: 1000,
      required: true,
      validate(value, _opt) {
        const ms = Number(value);
        return (ms >= 100 && ms <= 60_000) || this._('routeRequest.invalid.timeout');
      },
    },
    version: { value: 1 },
  },
  label() {
    return this.name || this._('routeRequest.palette');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    $('#node-input-account').closest('.form-row').parent().addClass('pbx-form');
    const hint = $('<div class="pbx-hint pbx-hint-warning"></div>').hide();
    $('#node-input-account').closest('.form-row').after(hint);
    const show = (): void => {
      const account = RED.nodes.node(String($('#node-input-account').val() ?? ''));
      const descriptor = providerById(property(account, 'provider'));
      const unserved = descriptor !== undefined && !descriptor.capabilities.route;
      hint.text(unserved ? this._('common.hint.notSupported', { pbx: descriptor.label }) : '').toggle(unserved);
    };
    $('#node-input-account').on('change', show);
    loadProviders().then(show, show);
  },
});
