package contract_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/conversation"
	"reengage/workflows/contract"
)

// The schemas are what services in other languages are written against; these tests keep them true.

const (
	schemas  = "../../docs/schemas"
	examples = schemas + "/examples"
	history  = "../testdata/history/*.json"
)

// payloads are the schemas and the Go types that they describe.
var payloads = map[string]any{
	contract.SignalInbound:         contract.MessagesSignal{},
	contract.SignalOutbound:        contract.MessagesSignal{},
	contract.SignalSendOutcome:     contract.SendOutcome{},
	contract.SignalSettingsChanged: conversation.Settings{},
	contract.SignalClockChanged:    clock.Clock{},
	contract.SignalMerged:          contract.Merged{},
	contract.SignalConsentChanged:  contract.ConsentChanged{},
	contract.SignalCampaignMessage: contract.CampaignMessage{},
	"conversation_input":           contract.ConversationInput{},
	contract.QuerySnapshot:         contract.Snapshot{},

	contract.UpdateSendMessage:      contract.SendMessage{},
	contract.UpdateSendTemplate:     contract.SendTemplate{},
	contract.UpdateKeepReply:        contract.KeepReply{},
	contract.UpdateReleaseKeptReply: contract.ReleaseKeptReply{},
	contract.UpdateClose:            contract.Close{},
	"answer":                        contract.Answer{},
}

// elements are the Go types of messages, which a signal decodes one by one.
var elements = map[string]any{
	contract.SignalInbound:  contract.InboundMessage{},
	contract.SignalOutbound: contract.OutboundMessage{},
}

func TestEverySchemaIsOfAPayload(t *testing.T) {
	files, err := filepath.Glob(schemas + "/*.schema.json")
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".schema.json"); name != "definitions" {
			names = append(names, name)
		}
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(payloads)), names)
}

func TestSchemasNameExactlyTheFieldsOfTheGoTypes(t *testing.T) {
	for name, payload := range payloads {
		t.Run(name, func(t *testing.T) {
			compare(t, reflect.TypeOf(payload), node{name + ".schema.json", read(t, schemas, name+".schema.json")}, name)
			if element, ok := elements[name]; ok {
				message := node{name + ".schema.json", map[string]any{"$ref": "#/$defs/message"}}
				compare(t, reflect.TypeOf(element), message, name+".messages[]")
			}
		})
	}
}

func TestSchemasNameTheConstants(t *testing.T) {
	snapshot := node{"snapshot.schema.json", read(t, schemas, "snapshot.schema.json")}
	require.ElementsMatch(t, texts(conversation.StatusNames), snapshot.property(t, "status").schema["enum"])
	require.ElementsMatch(t, texts([]conversation.WakeKind{conversation.WakeReminder, conversation.WakeExpiring, conversation.WakeCloses,
		conversation.WakeNudge, conversation.WakeReengage, conversation.WakeKept}),
		snapshot.property(t, "next").property(t, "kind").schema["enum"])
	require.ElementsMatch(t, texts([]conversation.Code{"", conversation.WindowClosed, conversation.OptInRequired, conversation.OptedOutOf,
		conversation.SendInProgress, conversation.Suppressed, conversation.SenderPaused}),
		snapshot.property(t, "can_send").property(t, "reason").schema["enum"])
	consent := node{"consent_changed.schema.json", read(t, schemas, "consent_changed.schema.json")}
	require.ElementsMatch(t, texts(conversation.Categories), consent.property(t, "category").resolved(t).schema["enum"])
	message := node{"send_message.schema.json", read(t, schemas, "send_message.schema.json")}
	require.EqualValues(t, conversation.MaxText, message.property(t, "text").resolved(t).schema["maxLength"])
	answer := node{"answer.schema.json", read(t, schemas, "answer.schema.json")}
	require.ElementsMatch(t, []any{contract.FaultRequestReused, contract.FaultUnknownKept, contract.FaultKeptNotLive,
		contract.FaultInvalidRequest, contract.FaultMergedElsewhere}, answer.property(t, "fault").schema["enum"])
	state := node{"conversation_input.schema.json", read(t, schemas, "conversation_input.schema.json")}.property(t, "carried").property(t, "state")
	require.EqualValues(t, conversation.StateVersion, state.property(t, "version").schema["const"])
	require.EqualValues(t, contract.MaxSignalMessages,
		node{"", read(t, schemas, "inbound_message.schema.json")}.property(t, "messages").schema["maxItems"])
}

func TestExamplesFitTheirSchemaAndSurviveTheGoTypes(t *testing.T) {
	compiler := newCompiler()
	for name, payload := range payloads {
		t.Run(name, func(t *testing.T) {
			example, err := os.ReadFile(filepath.Join(examples, name+".json"))
			require.NoError(t, err)
			require.NoError(t, fits(t, compiler, name, example))

			var again any
			if element, ok := elements[name]; ok {
				var signal contract.MessagesSignal
				require.NoError(t, json.Unmarshal(example, &signal))
				var messages []any
				for _, raw := range signal.Messages {
					messages = append(messages, throughGo(t, element, raw))
				}
				again = map[string]any{"messages": messages}
			} else {
				again = throughGo(t, payload, example)
			}
			written, err := json.Marshal(again)
			require.NoError(t, err)
			require.JSONEq(t, string(example), string(written))
		})
	}
}

func TestRecordedHistoriesFitTheSchemas(t *testing.T) {
	compiler := newCompiler()
	files, err := filepath.Glob(history)
	require.NoError(t, err)
	signals := map[string]int{}
	for _, f := range files {
		if !ofConversation(t, f) {
			continue
		}
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		type payload struct {
			SignalName string
			Input      struct {
				Payloads []struct{ Data string }
			}
		}
		var h struct {
			Events []struct {
				Started  *payload `json:"workflowExecutionStartedEventAttributes"`
				Signaled *payload `json:"workflowExecutionSignaledEventAttributes"`
				Accepted *struct {
					AcceptedRequest struct {
						Input struct {
							Name string
							Args struct {
								Payloads []struct{ Data string }
							}
						}
					}
				} `json:"workflowExecutionUpdateAcceptedEventAttributes"`
			}
		}
		require.NoError(t, json.Unmarshal(b, &h))
		check := func(name string, p *payload) {
			require.Len(t, p.Input.Payloads, 1)
			data, err := base64.StdEncoding.DecodeString(p.Input.Payloads[0].Data)
			require.NoError(t, err)
			require.NoError(t, fits(t, compiler, name, data), "%s: %s", f, data)
			signals[name]++
		}
		for _, e := range h.Events {
			if e.Started != nil {
				check("conversation_input", e.Started)
			}
			if e.Signaled != nil {
				check(e.Signaled.SignalName, e.Signaled)
			}
			if e.Accepted != nil {
				asked := e.Accepted.AcceptedRequest.Input
				p := payload{}
				p.Input.Payloads = asked.Args.Payloads
				check(asked.Name, &p)
			}
		}
	}
	require.NotZero(t, signals["conversation_input"])
	require.NotZero(t, signals[contract.SignalInbound])
	require.NotZero(t, signals[contract.SignalCampaignMessage])
}

// ofConversation: the run is one that others signal; what only this program starts has no schema.
func ofConversation(t *testing.T, file string) bool {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	var h struct {
		Events []struct {
			Started *struct {
				WorkflowType struct{ Name string }
			} `json:"workflowExecutionStartedEventAttributes"`
		}
	}
	require.NoError(t, json.Unmarshal(b, &h))
	require.NotEmpty(t, h.Events, file)
	require.NotNil(t, h.Events[0].Started, file)
	return h.Events[0].Started.WorkflowType.Name == contract.ConversationWorkflow
}

func TestWhatTheWorkflowRejectsFitsNoSchema(t *testing.T) {
	compiler := newCompiler()
	for says, c := range map[string]struct{ name, payload string }{
		"both ids":                {contract.SignalInbound, `{"messages":[{"id":"a","event_id":"b","occurred_at":"2026-11-20T09:00:00Z","type":"text"}]}`},
		"no id":                   {contract.SignalInbound, `{"messages":[{"occurred_at":"2026-11-20T09:00:00Z","type":"text"}]}`},
		"no time":                 {contract.SignalInbound, `{"messages":[{"id":"a","type":"text"}]}`},
		"a time that is none":     {contract.SignalInbound, `{"messages":[{"id":"a","occurred_at":"yesterday","type":"text"}]}`},
		"no type":                 {contract.SignalInbound, `{"messages":[{"id":"a","occurred_at":"2026-11-20T09:00:00Z"}]}`},
		"an unknown way to speak": {contract.SignalOutbound, `{"messages":[{"id":"a","occurred_at":"2026-11-20T09:00:00Z","type":"text"}]}`},
	} {
		t.Run(says, func(t *testing.T) {
			require.Error(t, fits(t, compiler, c.name, []byte(c.payload)))
			var signal contract.MessagesSignal
			require.NoError(t, json.Unmarshal([]byte(c.payload), &signal))
			require.Error(t, accept(c.name, signal.Messages[0]))
		})
	}
	for says, payload := range map[string]string{
		"a lead in words":          `{"reminders":{"leads":["soon"]}}`,
		"a lead in seconds":        `{"reminders":{"leads":[3600]}}`,
		"an hour that is none":     `{"working_hours":{"week":[[{"from":"9 am","to":"17:00"}],[],[],[],[],[],[]]}}`,
		"an attempt at nothing":    `{"reengagement":{"attempts":[{"delay":"1h"}]}}`,
		"a cap of none":            `{"reengagement":{"max_per_contact":[{"max":0,"per":"24h"}]}}`,
		"hours that are none":      `{"reengagement":{"quiet_hours":{"from":"late","to":"early"}}}`,
		"a debt for a budget":      `{"reengagement":{"budget":{"day_micros":-1}}}`,
		"a reason to stop":         `{"reengagement":{"stop_on":["rain"]}}`,
		"kept in some way":         `{"kept_replies":{"mode":"maybe"}}`,
		"a nudge without words":    `{"reminders":{"nudge":{"lead":"1h","text":""}}}`,
		"a holiday that is no day": `{"working_hours":{"week":[[],[],[],[],[],[],[]],"holidays":["Christmas"]}}`,
	} {
		t.Run(says, func(t *testing.T) {
			require.Error(t, fits(t, compiler, contract.SignalSettingsChanged, []byte(payload)))
			var s conversation.Settings
			err := json.Unmarshal([]byte(payload), &s)
			if err == nil {
				err = s.Validate()
			}
			require.Error(t, err)
		})
	}
}

func TestWhatCannotBeRecordedOfConsentFitsNoSchema(t *testing.T) {
	compiler := newCompiler()
	for says, payload := range map[string]string{
		"no source":           `{"opted_in":true,"occurred_at":"2026-11-20T09:00:00Z"}`,
		"no time":             `{"opted_in":true,"source":"form"}`,
		"an unknown category": `{"category":"spam","opted_in":true,"source":"form","occurred_at":"2026-11-20T09:00:00Z"}`,
	} {
		t.Run(says, func(t *testing.T) {
			require.Error(t, fits(t, compiler, contract.SignalConsentChanged, []byte(payload)))
			var c contract.ConsentChanged
			require.NoError(t, json.Unmarshal([]byte(payload), &c))
			require.Error(t, c.Validate())
		})
	}
}

// accept is what the workflow makes of one message of a signal.
func accept(signal string, raw json.RawMessage) error {
	if signal == contract.SignalInbound {
		var m contract.InboundMessage
		if err := json.Unmarshal(raw, &m); err != nil {
			return err
		}
		return m.Validate()
	}
	var m contract.OutboundMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		return err
	}
	return m.Validate()
}

func newCompiler() *jsonschema.Compiler {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	return c
}

func fits(t *testing.T, c *jsonschema.Compiler, name string, payload []byte) error {
	t.Helper()
	schema, err := c.Compile(filepath.Join(schemas, name+".schema.json"))
	require.NoError(t, err)
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(payload))
	require.NoError(t, err)
	return schema.Validate(instance)
}

// throughGo decodes a payload into a new value of the type, which must know every field.
func throughGo(t *testing.T, kind any, payload []byte) any {
	t.Helper()
	v := reflect.New(reflect.TypeOf(kind))
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(v.Interface()))
	return v.Interface()
}

func read(t *testing.T, folder, file string) map[string]any {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, file))
	require.NoError(t, err)
	var document map[string]any
	require.NoError(t, json.Unmarshal(b, &document), file)
	return document
}

func texts[S ~string](values []S) []any {
	var all []any
	for _, v := range values {
		all = append(all, string(v))
	}
	return all
}

// A node is a piece of a schema and the file in which it stands.
type node struct {
	file   string
	schema map[string]any
}

// resolved follows references.
func (n node) resolved(t *testing.T) node {
	t.Helper()
	ref, ok := n.schema["$ref"].(string)
	if !ok {
		return n
	}
	file, pointer, _ := strings.Cut(ref, "#")
	if file == "" {
		file = n.file
	}
	at := read(t, schemas, file)
	for part := range strings.SplitSeq(strings.Trim(pointer, "/"), "/") {
		require.Contains(t, at, part, ref)
		at = at[part].(map[string]any)
	}
	return node{file, at}.resolved(t)
}

func (n node) property(t *testing.T, name string) node {
	t.Helper()
	properties, ok := n.resolved(t).schema["properties"].(map[string]any)
	require.True(t, ok, "properties are missing beside %s", name)
	require.Contains(t, properties, name)
	return node{n.resolved(t).file, properties[name].(map[string]any)}
}

// leaves are types whose JSON is not that of their fields, and the state, which is private.
var leaves = []reflect.Type{reflect.TypeFor[time.Time](), reflect.TypeFor[conversation.State](), reflect.TypeFor[json.RawMessage]()}

// compare requires that the schema names exactly the fields that the type has, all the way down.
func compare(t *testing.T, kind reflect.Type, n node, path string) {
	t.Helper()
	n = n.resolved(t)
	switch {
	case slices.Contains(leaves, kind):
	case kind.Kind() == reflect.Pointer:
		compare(t, kind.Elem(), n, path)
	case (kind.Kind() == reflect.Slice || kind.Kind() == reflect.Array) && kind.Elem().Kind() != reflect.Uint8:
		items, ok := n.schema["items"].(map[string]any)
		require.True(t, ok, "%s has no items", path)
		compare(t, kind.Elem(), node{n.file, items}, path+"[]")
	case kind.Kind() == reflect.Struct:
		properties, ok := n.schema["properties"].(map[string]any)
		require.True(t, ok, "%s has no properties", path)
		var fields []string
		for _, f := range reflect.VisibleFields(kind) {
			if f.Anonymous { // its fields stand beside the others
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			fields = append(fields, name)
			if schema, ok := properties[name].(map[string]any); ok {
				compare(t, f.Type, node{n.file, schema}, fmt.Sprintf("%s.%s", path, name))
			}
		}
		require.ElementsMatch(t, fields, slices.Collect(maps.Keys(properties)), path)
	}
}
