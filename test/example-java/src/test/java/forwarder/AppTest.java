package forwarder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AppTest {
  private static final String MASK = "+12025550100"; // the app's number
  private static final String OWNER = "+13015550195";
  private static final String SENDER = "+12125550190";

  private Sandbox sandbox;
  private App app;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    sandbox = new Sandbox();
    app = new App(OWNER, System.getenv("TWILIO_ACCOUNT_SID"), System.getenv("TWILIO_AUTH_TOKEN"));
    sandbox.number(MASK, app.origin());
  }

  @AfterEach
  void stop() throws IOException, InterruptedException {
    app.close();
    sandbox.close();
  }

  @Test
  void aTextReachesTheOwner() throws IOException, InterruptedException {
    sandbox.text(SENDER, MASK, "Hello");
    assertEquals("Forwarded: Hello", sandbox.nextText(OWNER).get("body").asText());
    assertEquals("Thank you!", sandbox.nextText(SENDER).get("body").asText());
    sandbox.assertNotLeaked(SENDER);
    sandbox.assertNotLeaked(OWNER);
  }

  @Test
  void aCallerWhoPresses1ReachesTheOwner() throws IOException, InterruptedException {
    String call = sandbox.call(SENDER, MASK);
    assertEquals("Press 1 to reach the owner.", sandbox.nextHeard(SENDER, call));
    sandbox.press(SENDER, call, "1");
    assertEquals(MASK, sandbox.nextCall(OWNER).get("shown").asText());
    sandbox.hangUp(SENDER, call);
    sandbox.assertNotLeaked(SENDER);
  }

  @Test
  void theSenderLearnsThatATextWasNotForwarded() throws IOException, InterruptedException {
    sandbox.fail("Messages", 503);
    sandbox.text(SENDER, MASK, "Hello");
    assertEquals("Sorry, try again later.", sandbox.nextText(SENDER).get("body").asText());
  }

  @Test
  void anUnsignedWebhookIsRefused() throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(app.origin() + "/sms"))
        .POST(BodyPublishers.ofString("From=%2B12125550190&Body=Hello"))
        .build();
    assertEquals(403, HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode());
  }
}
