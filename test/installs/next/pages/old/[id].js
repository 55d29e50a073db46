import { work } from '../../lib/work.js';

export async function getServerSideProps() {
  await work('GET /old/[id]');
  return { props: {} };
}

export default function Old() {
  return <p>of the pages router</p>;
}
