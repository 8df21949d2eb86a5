// Fulfils orders from the queue. An order that fails is reported alone; the rest of its batch is done.
import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";

const dynamodb = new DynamoDBClient({});

async function fulfil(order) {
  if (order.item === "unobtainium") throw new Error(`${order.item} is out of stock`);
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: process.env.TABLE_NAME,
      Key: { id: { S: order.id } },
      UpdateExpression: "SET #status = :fulfilled",
      ConditionExpression: "attribute_exists(id)",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":fulfilled": { S: "fulfilled" } },
    }),
  );
}

export const handler = async (event) => {
  const batchItemFailures = [];
  for (const record of event.Records) {
    try {
      await fulfil(JSON.parse(record.body).detail);
    } catch (error) {
      console.error(error.message);
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
};
