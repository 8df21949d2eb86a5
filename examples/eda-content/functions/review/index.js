// Puts payments aside for a person to look at.
exports.handler = async (event) => {
  console.log(JSON.stringify({ review: event.detail.id }));
};
