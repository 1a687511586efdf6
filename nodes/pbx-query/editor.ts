import { choiceNodeName, commandForm, validAccount } from '../shared/editor';

interface QueryProperties {
  name: string;
  account: string;
  query: string;
  queryType: string;
  params: string;
  paramsType: string;
  version: number;
}

RED.nodes.registerType<QueryProperties>('pbx-query', {
  category: 'telephony',
  color: '#a3a6cf',
  icon: 'pbx-query.svg',
  inputs: 1,
  outputs: 1,
  align: 'right',
  paletteLabel() {
    return this._('query.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-query', value);
      },
    },
    query: { value: 'members', validate: RED.validators.typedInput('queryType') },
    queryType: { value: 'str' },
    params: { value: '{}', validate: RED.validators.typedInput('paramsType') },
    paramsType: { value: 'json' },
    version: { value: 1 },
  },
  label() {
    return this.name || choiceNodeName(this, this._('query.palette'), 'query', 'query');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    commandForm(this, {
      type: 'pbx-query',
      group: 'query',
      inputs: {
        query: { kind: 'text', choices: ['members', 'queues', 'calls', 'history', 'balance'] },
        params: { kind: 'object' },
      },
      hint: ({ label, capabilities }, chosen) => {
        const query = chosen('query');
        return query && !capabilities.queries.some((known) => known === query)
          ? this._('query.hint.noQuery', { pbx: label, query: this._(`query.query.${query}`) })
          : undefined;
      },
    });
    const refresh = (): void => {
      const isHistory = $('#node-input-query').val() === 'history' && $('#node-input-queryType').val() === 'str';
      $('#pbx-query-hint').text(isHistory ? this._('query.hint.history') : '');
    };
    $('#node-input-query').on('change', refresh);
    refresh();
  },
});
