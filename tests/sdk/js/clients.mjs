// The AWS SDK for JavaScript against a chamber: one check per client, each throws when it does not hold.
import assert from "node:assert/strict";
import { DynamoDBClient, CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const options = { region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };

async function queues() {
  const sqs = new SQSClient(options);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "from-js" }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "grüße", MessageAttributes: { n: { DataType: "Number", StringValue: "7" } } }));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["All"], WaitTimeSeconds: 1 }));
  assert.equal(Messages[0].Body, "grüße");
  assert.equal(Messages[0].MessageAttributes.n.StringValue, "7");
  await assert.rejects(sqs.send(new SendMessageCommand({ QueueUrl: QueueUrl + "x", MessageBody: "x" })), { name: "QueueDoesNotExist" });
}

async function topics() {
  const sns = new SNSClient(options);
  const sqs = new SQSClient(options);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "js-subscriber" }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "from-js" }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: Attributes.QueueArn }));
  await sns.send(new PublishCommand({ TopicArn, Message: "hello" }));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
  assert.equal(JSON.parse(Messages[0].Body).Message, "hello");
}

async function tables() {
  const client = new DynamoDBClient(options);
  await client.send(new CreateTableCommand({
    TableName: "from-js", BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }, { AttributeName: "n", AttributeType: "N" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }, { AttributeName: "n", KeyType: "RANGE" }],
  }));
  const documents = DynamoDBDocumentClient.from(client);
  for (let n = 0; n < 5; n++) await documents.send(new PutCommand({ TableName: "from-js", Item: { id: "a", n, tags: ["x", n], nested: { ok: true } } }));
  const { Item } = await documents.send(new GetCommand({ TableName: "from-js", Key: { id: "a", n: 3 } }));
  assert.deepEqual(Item, { id: "a", n: 3, tags: ["x", 3], nested: { ok: true } });
  const { Items } = await documents.send(new QueryCommand({
    TableName: "from-js", KeyConditionExpression: "id = :a AND n > :one", ExpressionAttributeValues: { ":a": "a", ":one": 1 }, ScanIndexForward: false,
  }));
  assert.deepEqual(Items.map((item) => item.n), [4, 3, 2]);
}

async function objects() {
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "from-js" }));
  await s3.send(new PutObjectCommand({ Bucket: "from-js", Key: "a b+c/ü.txt", Body: "text", Metadata: { who: "from-js" } }));
  const got = await s3.send(new GetObjectCommand({ Bucket: "from-js", Key: "a b+c/ü.txt" }));
  assert.equal(await got.Body.transformToString(), "text");
  assert.equal(got.Metadata.who, "from-js");
  const big = Buffer.alloc(11 * 1024 * 1024, 7);
  await new Upload({ client: s3, params: { Bucket: "from-js", Key: "big", Body: big } }).done();
  const back = await s3.send(new GetObjectCommand({ Bucket: "from-js", Key: "big" }));
  assert.equal(Buffer.compare(Buffer.from(await back.Body.transformToByteArray()), big), 0);
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: "from-js" }));
  assert.deepEqual(listed.Contents.map((object) => object.Key), ["a b+c/ü.txt", "big"]);
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket: "from-js", Key: "none" })), { name: "NoSuchKey" });
}

const checks = { queues, topics, tables, objects };
await checks[process.argv[2]]();
