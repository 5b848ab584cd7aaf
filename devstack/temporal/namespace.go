package temporal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdktemporal "go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/types/known/durationpb"
)

// retention of ended workflows in a namespace of AddNamespace; the dev server forgets those of its own after a day too.
const retention = 24 * time.Hour

// AddNamespace creates one more namespace, with the search attributes of the server's options, and returns when it can be
// used: about 10 ms. One that exists already is an error.
func (s *Server) AddNamespace(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	c, err := s.dial(ctx)
	if err != nil {
		return fmt.Errorf("add namespace %s: %w", name, err)
	}
	defer c.Close()
	_, err = c.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: name, WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	if err != nil {
		return fmt.Errorf("add namespace %s: %w", name, err)
	}
	if err := addSearchAttributes(ctx, c, name, s.options.SearchAttributes); err != nil {
		return fmt.Errorf("add search attributes to namespace %s: %w", name, err)
	}
	return nil
}

func addSearchAttributes(ctx context.Context, c client.Client, namespace string, attributes []sdktemporal.SearchAttributeKey) error {
	types := make(map[string]enums.IndexedValueType, len(attributes))
	for _, attribute := range attributes {
		types[attribute.GetName()] = attribute.GetValueType()
	}
	for {
		_, err := c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
			Namespace: namespace, SearchAttributes: types,
		})
		var unknown *serviceerror.NamespaceNotFound
		if err == nil {
			return checkNamespace(ctx, c, namespace, attributes)
		}
		if !errors.As(err, &unknown) {
			return err
		}
		// The frontend looks namespaces up in a cache, which has not heard of it yet.
		select {
		case <-ctx.Done():
			return err
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// checkNamespace returns nil if the frontend knows the namespace and its search attributes.
func checkNamespace(ctx context.Context, c client.Client, namespace string, wanted []sdktemporal.SearchAttributeKey) error {
	found, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return err
	}
	for _, attribute := range wanted {
		if _, ok := found.GetCustomAttributes()[attribute.GetName()]; !ok {
			return fmt.Errorf("search attribute %s is not there yet", attribute.GetName())
		}
	}
	return nil
}
