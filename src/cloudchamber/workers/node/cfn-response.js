// How inline code of a template answers as a custom resource; it is put beside code that requires it.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
"use strict";

exports.SUCCESS = "SUCCESS";
exports.FAILED = "FAILED";

exports.send = function (event, context, responseStatus, responseData, physicalResourceId, noEcho) {
  return new Promise((resolve) => {
    const body = JSON.stringify({
      Status: responseStatus,
      Reason: "See the details in CloudWatch Log Stream: " + context.logStreamName,
      PhysicalResourceId: physicalResourceId || context.logStreamName,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
      NoEcho: noEcho || false,
      Data: responseData,
    });
    const url = new URL(event.ResponseURL);
    const end = () => {
      context.done();
      resolve();
    };
    const headers = { "content-type": "", "content-length": Buffer.byteLength(body) };
    const request = require(url.protocol === "https:" ? "https" : "http").request(
      url,
      { method: "PUT", headers },
      (response) => {
        console.log("Status code: " + response.statusCode);
        response.resume();
        end();
      },
    );
    request.on("error", (error) => {
      console.log("send(..) failed executing http request: " + error);
      end();
    });
    request.end(body);
  });
};
