// The glossary and the filter language, in both languages. Data, so that a test can hold that they are complete.
import type { Text } from '../../language';

export interface Term {
  key: string;
  name: Text;
  text: Text;
  /** A page of the documentation. */
  more?: string;
  /** A filter that shows it. */
  filter?: string;
}

export const glossary: readonly Term[] = [
  { key: 'telescope', name: { en: 'Telescope, darknet', ja: '望遠鏡、ダークネット' },
    text: {
      en: 'Addresses that nobody uses. Nobody has a reason to send to them, so what comes is scans, attacks and mistakes.',
      ja: 'どの機器にも使われていないアドレス群です。正当な通信が届くはずがないため、届くものは走査・攻撃・設定の誤りのいずれかです。',
    } },
  { key: 'scan', name: { en: 'Scan', ja: '走査（スキャン）' }, filter: 'class == scan', more: 'docs/traffic.md',
    text: {
      en: 'A packet that asks whether somebody is there: most often a TCP SYN. Research organisations and infected devices both do it.',
      ja: '相手の有無を尋ねるパケットで、多くは TCP SYN です。調査機関も、感染した機器も行います。',
    } },
  { key: 'event', name: { en: 'Scan event', ja: 'スキャンイベント' }, more: 'docs/events.md',
    text: {
      en: 'The packets of one source from its first until it was silent for a while, with one verdict: class, pattern, tool.',
      ja: '一つの送信元の最初のパケットから、しばらく沈黙するまでをまとめたものです。分類・パターン・ツールの判定が一つ付きます。',
    } },
  { key: 'backscatter', name: { en: 'Backscatter', ja: 'バックスキャッター' }, filter: 'class == backscatter', more: 'docs/dos.md',
    text: {
      en: 'Answers of a victim to packets with forged senders. The sender shown is the victim of an attack, not the attacker.',
      ja: '送信元を偽ったパケットに対する被害者の応答です。表示される送信元は攻撃者ではなく、攻撃を受けている側です。',
    } },
  { key: 'amplifier', name: { en: 'Amplifier probe', ja: '増幅器の探索' }, filter: 'class == amplifier-probe', more: 'docs/traffic.md',
    text: {
      en: 'A short UDP question that a careless server answers at length. Whoever finds such servers can flood others through them.',
      ja: '短い問いに長い応答を返す UDP サーバーを探すパケットです。見つかったサーバーは反射攻撃に悪用されます。',
    } },
  { key: 'tool', name: { en: 'Tool, fingerprint', ja: 'ツール、指紋' }, filter: 'tool != none', more: 'docs/fingerprints.md',
    text: {
      en: 'Marks in the header that a program leaves, such as Mirai, whose sequence number is the destination. Most packets have none.',
      ja: 'プログラムがヘッダーに残す特徴です（例：Mirai ではシーケンス番号が宛先アドレスに等しい）。特徴のないパケットが大多数です。',
    } },
  { key: 'scanner', name: { en: 'Known scanner', ja: '既知のスキャナー' }, filter: 'scanner != none', more: 'docs/known-scanners.md',
    text: {
      en: 'An organisation that scans the Internet openly and has said from which addresses.',
      ja: '自らの送信元アドレスを公表し、公然とインターネットを調査している組織です。',
    } },
  { key: 'campaign', name: { en: 'Campaign', ja: 'キャンペーン' }, more: 'docs/campaigns.md',
    text: {
      en: 'Sources that look for the same ports in the same way at the same time: most often one botnet or one operator.',
      ja: '同じ時期に同じポートを同じやり方で探す送信元の集まりです。多くは一つのボットネットまたは一人の運用者によるものです。',
    } },
  { key: 'spoofed', name: { en: 'Forged source', ja: '送信元の詐称' },
    text: {
      en: 'Anybody can write any sender into a packet. Where no connection was made, the address and its country are a claim, not a fact.',
      ja: '送信元アドレスは自由に書き換えられます。接続が成立していない限り、アドレスや国は申告であって事実ではありません。',
    } },
  { key: 'estimate', name: { en: 'Estimated count', ja: '推定値' }, more: 'docs/counting.md',
    text: {
      en: 'Different sources are counted exactly while they are few, then estimated with a known error. Numbers with ≈ are estimates.',
      ja: '送信元の異なり数は、少ないうちは正確に数え、多くなると誤差の分かった推定になります。≈ の付いた数は推定値です。',
    } },
  { key: 'lag', name: { en: 'Behind, stale', ja: '遅れ、古いデータ' }, more: 'docs/serve.md',
    text: {
      en: 'How long ago the newest data came. A page whose server is silent grows pale and says how old it is.',
      ja: '最新のデータが届いてからの時間です。サーバーが応答しなくなると、ページは淡くなり、データの古さを表示します。',
    } },
  { key: 'place', name: { en: 'Country, AS', ja: '国、AS' }, filter: 'country == JP',
    text: {
      en: 'Where an address is registered and which network announces it. Says nothing of a person, and little of an attacker.',
      ja: 'アドレスの登録国と、それを広告しているネットワークです。個人や攻撃者の所在を示すものではありません。',
    } },
];

export interface Example {
  filter: string;
  text: Text;
}
export const examples: readonly Example[] = [
  { filter: 'dst.port == 23', text: { en: 'to one destination port', ja: '宛先ポート 23' } },
  { filter: 'dst.port in {23, 2323} and protocol == tcp', text: { en: 'one of several values', ja: '複数の値のいずれか' } },
  { filter: 'dst.port in 1024..2048', text: { en: 'a range, both ends included', ja: '範囲（両端を含む）' } },
  { filter: 'src in 192.0.2.0/24', text: { en: 'sources of a prefix', ja: 'あるプレフィックスの送信元' } },
  { filter: 'country in {JP, KR} and scanner == none', text: { en: 'two countries, without known scanners', ja: '二つの国（既知のスキャナーを除く）' } },
  { filter: 'tool == mirai', text: { en: 'a tool by its fingerprint', ja: '指紋で判定されたツール' } },
  { filter: 'class == backscatter and ttl < 64', text: { en: 'answers of victims', ja: '被害者の応答' } },
  { filter: 'flag == syn and not flag == ack', text: { en: 'TCP flags, among others', ja: 'TCP フラグ' } },
];

/** Fields worth knowing by heart; docs/filter.md has all. */
export const fields: readonly { name: string; values: string; text: Text }[] = [
  { name: 'src, dst, ip', values: '192.0.2.1, 192.0.2.0/24', text: { en: 'address: source, destination, either', ja: 'アドレス：送信元、宛先、どちらか' } },
  { name: 'dst.port, src.port, port', values: '23, {23, 2323}, 1..1023', text: { en: 'port of TCP or UDP', ja: 'TCP・UDP のポート' } },
  { name: 'protocol', values: 'tcp, udp, icmp', text: { en: 'protocol', ja: 'プロトコル' } },
  { name: 'country, as', values: 'JP, AS4134', text: { en: 'where the source is registered, who routes it', ja: '送信元の登録国と AS' } },
  { name: 'class', values: 'scan, backscatter, …', text: { en: 'class of traffic', ja: '通信の分類' } },
  { name: 'tool, scanner', values: 'mirai, Censys, none', text: { en: 'who or what sends', ja: '送信しているツール・組織' } },
  { name: 'ttl, length, tcp.window', values: '64, > 1000', text: { en: 'numbers of the header', ja: 'ヘッダーの値' } },
  { name: 'sensor', values: 'north', text: { en: 'who saw it', ja: '観測したセンサー' } },
];

export const operators = '==  !=  in  not in  <  <=  >  >=  and  or  not  ( )';
