// An Express application without a line of telemetry: `--require @opentelemetry/auto-instrumentations-node/register` adds it.
const express = require('express');

const app = express();
app.get('/items/:item', (request, response) => {
  response.send('an item');
});

const [host, port] = process.env.PARTNER_LISTEN.split(':');
app.listen(Number(port), host);
