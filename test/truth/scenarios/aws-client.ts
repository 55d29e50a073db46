/** How a client of the AWS SDK reaches the fake of its service. */
export const awsClient = (port: number | undefined) => ({
  endpoint: `http://127.0.0.1:${port}`,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  maxAttempts: 1,
});
