/** Who takes part in the calls of these tests, as the vendor writes them. */

export const customer = { number: '70000000001' };
export const jana = { extension: '101', number: 'sip:u1@example.mangosip.ru', line_number: '70000000099' };
export const ivan = { extension: '102', number: 'sip:u2@example.mangosip.ru', line_number: '70000000099' };
export const line = { line_number: '70000000099' };
