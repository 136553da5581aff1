package forwarder

// The test side of relay-phone's sandbox: acts as its phones over the control API.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

type sandbox struct {
	t      *testing.T
	origin string
	token  string
	// seen is how much each wait has returned, so that the next one waits for what comes after it.
	seen map[string]int
}

type text struct{ From, To, Body string }

type call struct {
	Sid   string
	Shown string // the number of the other side, as the phone shows it
}

// newSandbox returns the sandbox of `relay-phone exec`, empty. After the test it is as it was before.
func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	folder := os.Getenv("RELAY_PHONE_STATE_DIR")
	if folder == "" {
		t.Fatal("run the tests with: npx relay-phone exec -- go test ./...")
	}
	file, err := os.ReadFile(filepath.Join(folder, "sandbox.json"))
	if err != nil {
		t.Fatal(err)
	}
	var running struct {
		Port         int
		ControlToken string
	}
	if err := json.Unmarshal(file, &running); err != nil {
		t.Fatal(err)
	}
	origin := fmt.Sprintf("http://127.0.0.1:%d/_sandbox", running.Port)
	s := &sandbox{t: t, origin: origin, token: running.ControlToken, seen: map[string]int{}}
	var before json.RawMessage
	s.ask("GET", "/snapshot", nil, &before)
	t.Cleanup(func() {
		if t.Failed() {
			s.logTraces()
		}
		s.ask("POST", "/restore", before, nil)
	})
	s.ask("POST", "/reset", nil, nil)
	return s
}

// number gives the account a number, whose webhooks go to the app.
func (s *sandbox) number(number, app string) {
	s.t.Helper()
	s.ask("PUT", "/numbers/"+number, map[string]any{"sms": app + "/sms", "voice": app + "/voice"}, nil)
}

// text sends a text from a phone. It returns when the app has answered the webhook.
func (s *sandbox) text(from, to, body string) {
	s.t.Helper()
	s.ask("POST", "/phones/"+from+"/text", map[string]any{"to": to, "body": body}, nil)
}

// nextText waits until a phone has received a text that no earlier wait has returned.
func (s *sandbox) nextText(phone string) text {
	s.t.Helper()
	var answer struct{ Text text }
	s.next("/phones/"+phone+"/next-text", &answer)
	return answer.Text
}

// call calls a number from a phone.
func (s *sandbox) call(from, to string) call {
	s.t.Helper()
	var answer call
	s.ask("POST", "/phones/"+from+"/call", map[string]any{"to": to}, &answer)
	return answer
}

// nextCall waits until a phone is called. It answers by itself.
func (s *sandbox) nextCall(phone string) call {
	s.t.Helper()
	var answer struct{ Call call }
	s.next("/phones/"+phone+"/next-call", &answer)
	return answer.Call
}

// nextHeard waits until a phone hears something in a call: a sentence, the URL of a file, a key or words of the other side.
func (s *sandbox) nextHeard(phone string, c call) string {
	s.t.Helper()
	var answer struct{ Sound struct{ Content string } }
	s.next("/phones/"+phone+"/calls/"+c.Sid+"/next-heard", &answer)
	return answer.Sound.Content
}

// press presses keys in a call.
func (s *sandbox) press(phone string, c call, keys string) {
	s.t.Helper()
	s.ask("POST", "/phones/"+phone+"/calls/"+c.Sid+"/press", map[string]any{"keys": keys}, nil)
}

// hangUp ends a call.
func (s *sandbox) hangUp(phone string, c call) {
	s.t.Helper()
	s.ask("POST", "/phones/"+phone+"/calls/"+c.Sid+"/hang-up", nil, nil)
}

// fail makes the app's requests to a path of Twilio's REST API fail with a status.
func (s *sandbox) fail(path string, status int) {
	s.t.Helper()
	s.ask("POST", "/faults", map[string]any{"path": path, "answer": map[string]int{"status": status}}, nil)
}

// assertNotLeaked checks that no other phone was shown the number of a phone: as a sender, in a text or in a call.
func (s *sandbox) assertNotLeaked(number string) {
	s.t.Helper()
	var exposures []struct{ Phone, How, Excerpt string }
	s.ask("GET", "/exposures/"+number, nil, &exposures)
	for _, e := range exposures {
		s.t.Errorf("%s saw %s as %s: %q", e.Phone, number, e.How, e.Excerpt)
	}
}

// logTraces logs what each text and call of the test led to.
func (s *sandbox) logTraces() {
	s.t.Helper()
	var traces []struct{ Sentence string }
	s.ask("GET", "/traces", nil, &traces)
	for _, trace := range traces {
		s.t.Log(trace.Sentence)
	}
}

// next is a wait: it answers what comes after what it answered before.
func (s *sandbox) next(path string, answer any) {
	s.t.Helper()
	s.ask("GET", fmt.Sprintf("%s?after=%d", path, s.seen[path]), nil, answer)
	s.seen[path]++
}

// ask sends a request to the control API and reads the answer. An error ends the test.
func (s *sandbox) ask(method, path string, body, answer any) {
	s.t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	if body == nil {
		sent = nil
	}
	request, err := http.NewRequest(method, s.origin+path, bytes.NewReader(sent))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	received, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if response.StatusCode >= 400 {
		s.t.Fatalf("%s %s: %s", method, path, received)
	}
	if answer != nil {
		if err := json.Unmarshal(received, answer); err != nil {
			s.t.Fatal(err)
		}
	}
}
