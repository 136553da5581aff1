// Starts the example app on the port in PORT.
import { createApp } from './app.js';

createApp(process.env.TWILIO_AUTH_TOKEN ?? '').listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
