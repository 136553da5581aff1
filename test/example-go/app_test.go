package forwarder

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"
)

const (
	mask   = "+12025550100" // the app's number
	owner  = "+13015550195"
	sender = "+12125550190"
)

// start serves the app on a free port, and gives it a number in an empty sandbox.
func start(t *testing.T) (*sandbox, string) {
	t.Helper()
	s := newSandbox(t)
	server := httptest.NewServer(nil)
	t.Cleanup(server.Close)
	server.Config.Handler = New(server.URL, owner, os.Getenv("TWILIO_ACCOUNT_SID"), os.Getenv("TWILIO_AUTH_TOKEN"))
	s.number(mask, server.URL)
	return s, server.URL
}

func TestATextReachesTheOwner(t *testing.T) {
	s, _ := start(t)
	s.text(sender, mask, "Hello")
	if got, want := s.nextText(owner), (text{From: mask, To: owner, Body: "Forwarded: Hello"}); got != want {
		t.Errorf("the owner got %+v, want %+v", got, want)
	}
	if got := s.nextText(sender).Body; got != "Thank you!" {
		t.Errorf("the sender got %q", got)
	}
	s.assertNotLeaked(sender)
	s.assertNotLeaked(owner)
}

func TestACallerWhoPresses1ReachesTheOwner(t *testing.T) {
	s, _ := start(t)
	call := s.call(sender, mask)
	if got := s.nextHeard(sender, call); got != "Press 1 to reach the owner." {
		t.Errorf("the caller heard %q", got)
	}
	s.press(sender, call, "1")
	if got := s.nextCall(owner).Shown; got != mask {
		t.Errorf("the owner was called by %s, want %s", got, mask)
	}
	s.hangUp(sender, call)
	s.assertNotLeaked(sender)
}

func TestTheSenderLearnsThatATextWasNotForwarded(t *testing.T) {
	s, _ := start(t)
	s.fail("Messages", http.StatusServiceUnavailable)
	s.text(sender, mask, "Hello")
	if got := s.nextText(sender).Body; got != "Sorry, try again later." {
		t.Errorf("the sender got %q", got)
	}
}

func TestAnUnsignedWebhookIsRefused(t *testing.T) {
	_, origin := start(t)
	response, err := http.PostForm(origin+"/sms", url.Values{"From": {sender}, "Body": {"Hello"}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("got %s, want 403", response.Status)
	}
}
