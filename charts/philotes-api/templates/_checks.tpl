{{/* Ends with a sentence if values contradict one another; renders nothing. */}}
{{- define "philotes-api.checks" -}}
{{- with .Values -}}
{{- if and .networkPolicy.enabled (not .networkPolicy.extraFrom) -}}
{{- if and .ingress.enabled (not .networkPolicy.fromIngress) -}}
{{- fail "philotes-api: ingress.enabled with networkPolicy.enabled needs networkPolicy.fromIngress, the peers of the ingress controller, for the policy would keep it out" -}}
{{- end -}}
{{- if and .metrics.enabled .serviceMonitor.enabled (not .networkPolicy.fromMetrics) -}}
{{- fail "philotes-api: serviceMonitor.enabled with networkPolicy.enabled needs networkPolicy.fromMetrics, the peers of Prometheus, for the policy would keep it out" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
