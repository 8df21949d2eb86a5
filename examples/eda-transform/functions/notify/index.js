// Sends a message. It knows nothing of orders: the rule hands it an address and a text.
exports.handler = async ({ to, text }) => {
  console.log(JSON.stringify({ to, text }));
};
