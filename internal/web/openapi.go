package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// OpenAPI returns the OpenAPI 3.1 description of the JSON API, as YAML.
func OpenAPI() []byte { return must(files.ReadFile("openapi.yaml")) }

func serveOpenAPI(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/yaml", OpenAPI())
}
