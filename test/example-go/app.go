// Package forwarder passes the texts and calls of a phone number on to its owner.
package forwarder

import (
	"fmt"
	"log"
	"net/http"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	"github.com/twilio/twilio-go/twiml"
)

type app struct {
	origin    string
	owner     string
	twilio    *api.ApiService
	validator client.RequestValidator
}

// New returns the app that answers Twilio's webhooks.
//
// origin is where Twilio reaches it, such as https://example.com, and owner the number that gets texts and calls.
func New(origin, owner, accountSID, authToken string) http.Handler {
	// twilio.NewRestClient() would have the same service, and compile those of all other products, which takes minutes.
	credentials := &client.Client{Credentials: client.NewCredentials(accountSID, authToken)}
	credentials.SetAccountSid(accountSID)
	a := app{
		origin:    origin,
		owner:     owner,
		twilio:    api.NewApiServiceWithClient(credentials),
		validator: client.NewRequestValidator(authToken),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /sms", a.webhook(a.forwardText))
	mux.HandleFunc("POST /voice", a.webhook(a.askCaller))
	mux.HandleFunc("POST /connect", a.webhook(a.connectCaller))
	return mux
}

// webhook refuses requests that Twilio has not signed, and answers the others with TwiML.
func (a app) webhook(answer func(form map[string]string) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		form := make(map[string]string)
		for name := range r.PostForm {
			form[name] = r.PostForm.Get(name)
		}
		if !a.validator.Validate(a.origin+r.RequestURI, form, r.Header.Get("X-Twilio-Signature")) {
			http.Error(w, "not signed by Twilio", http.StatusForbidden)
			return
		}
		document, err := answer(form)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, document)
	}
}

func (a app) forwardText(form map[string]string) (string, error) {
	text := new(api.CreateMessageParams).
		SetFrom(form["To"]).
		SetTo(a.owner).
		SetBody("Forwarded: " + form["Body"])
	if _, err := a.twilio.CreateMessage(text); err != nil {
		log.Print(err)
		return twiml.Messages([]twiml.Element{&twiml.MessagingMessage{Body: "Sorry, try again later."}})
	}
	return twiml.Messages([]twiml.Element{&twiml.MessagingMessage{Body: "Thank you!"}})
}

func (a app) askCaller(map[string]string) (string, error) {
	question := &twiml.VoiceSay{Message: "Press 1 to reach the owner."}
	return twiml.Voice([]twiml.Element{
		&twiml.VoiceGather{Action: "/connect", NumDigits: "1", InnerElements: []twiml.Element{question}},
	})
}

// connectCaller shows the owner the called number, not that of the caller.
func (a app) connectCaller(form map[string]string) (string, error) {
	if form["Digits"] != "1" {
		return twiml.Voice([]twiml.Element{&twiml.VoiceSay{Message: "Goodbye."}})
	}
	return twiml.Voice([]twiml.Element{&twiml.VoiceDial{Number: a.owner, CallerId: form["To"]}})
}
