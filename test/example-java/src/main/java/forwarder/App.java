package forwarder;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.twilio.exception.TwilioException;
import com.twilio.http.HttpMethod;
import com.twilio.http.TwilioRestClient;
import com.twilio.rest.api.v2010.account.Message;
import com.twilio.security.RequestValidator;
import com.twilio.twiml.MessagingResponse;
import com.twilio.twiml.TwiML;
import com.twilio.twiml.VoiceResponse;
import com.twilio.twiml.voice.Dial;
import com.twilio.twiml.voice.Gather;
import com.twilio.twiml.voice.Say;
import com.twilio.type.PhoneNumber;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Passes the texts and calls of a phone number on to its owner. */
public final class App implements AutoCloseable {
  private final HttpServer server;
  private final String owner;
  private final TwilioRestClient twilio;
  private final RequestValidator validator;

  /** Serves the app on a free port. */
  public App(String owner, String accountSid, String authToken) throws IOException {
    this.owner = owner;
    twilio = new TwilioRestClient.Builder(accountSid, authToken).build();
    validator = new RequestValidator(authToken);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answer("/sms", this::forwardText);
    answer("/voice", form -> askCaller());
    answer("/connect", this::connectCaller);
    server.start();
  }

  /** Where Twilio reaches the app. */
  public String origin() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private TwiML forwardText(Map<String, String> form) {
    try {
      Message.creator(new PhoneNumber(owner), new PhoneNumber(form.get("To")), "Forwarded: " + form.get("Body"))
          .create(twilio);
    } catch (TwilioException error) {
      System.err.println(error.getMessage());
      return reply("Sorry, try again later.");
    }
    return reply("Thank you!");
  }

  private static TwiML reply(String body) {
    return new MessagingResponse.Builder()
        .message(new com.twilio.twiml.messaging.Message.Builder(body).build())
        .build();
  }

  private static TwiML askCaller() {
    Say question = new Say.Builder("Press 1 to reach the owner.").build();
    return new VoiceResponse.Builder()
        .gather(new Gather.Builder().numDigits(1).action("/connect").method(HttpMethod.POST).say(question).build())
        .build();
  }

  /** Shows the owner the called number, not that of the caller. */
  private TwiML connectCaller(Map<String, String> form) {
    if (!"1".equals(form.get("Digits"))) {
      return new VoiceResponse.Builder().say(new Say.Builder("Goodbye.").build()).build();
    }
    return new VoiceResponse.Builder()
        .dial(new Dial.Builder().number(owner).callerId(form.get("To")).build())
        .build();
  }

  /** Refuses requests that Twilio has not signed, and answers the others with TwiML. */
  private void answer(String path, Function<Map<String, String>, TwiML> webhook) {
    server.createContext(path, exchange -> {
      try (exchange) {
        Map<String, String> form = readForm(exchange);
        String signature = exchange.getRequestHeaders().getFirst("X-Twilio-Signature");
        if (signature == null || !validator.validate(origin() + exchange.getRequestURI(), form, signature)) {
          exchange.sendResponseHeaders(403, -1);
          return;
        }
        byte[] body = webhook.apply(form).toXml().getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/xml");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
      }
    });
  }

  private static Map<String, String> readForm(HttpExchange exchange) throws IOException {
    Map<String, String> form = new TreeMap<>();
    for (String field : new String(exchange.getRequestBody().readAllBytes(), UTF_8).split("&")) {
      String[] parts = field.split("=", 2);
      if (parts.length == 2) form.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
    }
    return form;
  }
}
