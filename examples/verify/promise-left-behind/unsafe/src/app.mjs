// Accepts orders and books what each is worth; nobody waits for the booking, so that the answer comes sooner.

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";

const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient());

export const handler = async (event) => {
  const batchItemFailures = [];
  for (const record of event.Records) {
    try {
      const order = JSON.parse(record.body);
      book(order);
      await accept(order);
    } catch (error) {
      console.error("not accepted", error);
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
};

async function accept(order) {
  await dynamodb.send(
    new PutCommand({ TableName: process.env.ORDERS_TABLE, Item: { id: order.id, state: "ACCEPTED" } }),
  );
}

async function book(order) {
  await dynamodb.send(
    new PutCommand({ TableName: process.env.BOOKINGS_TABLE, Item: { id: order.id, amount: order.total } }),
  );
}
