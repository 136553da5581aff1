package forwarder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The sandbox of `relay-phone exec`, empty until it is closed: acts as its phones over the control API. */
final class Sandbox implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient client = HttpClient.newHttpClient();
  private final String origin;
  private final String token;
  private final JsonNode before;
  /** How much each wait has returned, so that the next one waits for what comes after it. */
  private final Map<String, Integer> seen = new HashMap<>();

  Sandbox() throws IOException, InterruptedException {
    String folder = System.getenv("RELAY_PHONE_STATE_DIR");
    assertNotNull(folder, "run the tests with: npx relay-phone exec -- mvn -q test");
    JsonNode running = JSON.readTree(Path.of(folder, "sandbox.json").toFile());
    origin = "http://127.0.0.1:" + running.get("port").asInt() + "/_sandbox";
    token = running.get("controlToken").asText();
    before = ask("GET", "/snapshot", null);
    ask("POST", "/reset", null);
  }

  /** Gives the account a number, whose webhooks go to the app. */
  void number(String number, String app) throws IOException, InterruptedException {
    ask("PUT", "/numbers/" + number, Map.of("sms", app + "/sms", "voice", app + "/voice"));
  }

  /** Sends a text from a phone. Returns when the app has answered the webhook. */
  void text(String from, String to, String body) throws IOException, InterruptedException {
    ask("POST", "/phones/" + from + "/text", Map.of("to", to, "body", body));
  }

  /** Waits until a phone has received a text that no earlier wait has returned. */
  JsonNode nextText(String phone) throws IOException, InterruptedException {
    return next("/phones/" + phone + "/next-text", "text");
  }

  /** Calls a number from a phone. Returns the SID of the call. */
  String call(String from, String to) throws IOException, InterruptedException {
    return ask("POST", "/phones/" + from + "/call", Map.of("to", to)).get("sid").asText();
  }

  /** Waits until a phone is called. It answers by itself. */
  JsonNode nextCall(String phone) throws IOException, InterruptedException {
    return next("/phones/" + phone + "/next-call", "call");
  }

  /** Waits until a phone hears something in a call: a sentence, the URL of a file, a key or words of the other side. */
  String nextHeard(String phone, String call) throws IOException, InterruptedException {
    return next("/phones/" + phone + "/calls/" + call + "/next-heard", "sound").get("content").asText();
  }

  /** Presses keys in a call. */
  void press(String phone, String call, String keys) throws IOException, InterruptedException {
    ask("POST", "/phones/" + phone + "/calls/" + call + "/press", Map.of("keys", keys));
  }

  /** Ends a call. */
  void hangUp(String phone, String call) throws IOException, InterruptedException {
    ask("POST", "/phones/" + phone + "/calls/" + call + "/hang-up", null);
  }

  /** Makes the app's requests to a path of Twilio's REST API fail with a status. */
  void fail(String path, int status) throws IOException, InterruptedException {
    ask("POST", "/faults", Map.of("path", path, "answer", Map.of("status", status)));
  }

  /** Checks that no other phone was shown the number of a phone: as a sender, in a text or in a call. */
  void assertNotLeaked(String number) throws IOException, InterruptedException {
    assertEquals("[]", ask("GET", "/exposures/" + number, null).toString());
  }

  /** Brings back what was in the sandbox before. */
  @Override
  public void close() throws IOException, InterruptedException {
    ask("POST", "/restore", before);
  }

  private JsonNode next(String path, String name) throws IOException, InterruptedException {
    int after = seen.merge(path, 1, Integer::sum) - 1;
    return ask("GET", path + "?after=" + after, null).get(name);
  }

  private JsonNode ask(String method, String path, Object body) throws IOException, InterruptedException {
    var content = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(JSON.writeValueAsString(body));
    var request = HttpRequest.newBuilder(URI.create(origin + path))
        .method(method, content)
        .header("Authorization", "Bearer " + token)
        .build();
    var response = client.send(request, BodyHandlers.ofString());
    if (response.statusCode() >= 400) throw new AssertionError(method + " " + path + ": " + response.body());
    return JSON.readTree(response.body());
  }
}
