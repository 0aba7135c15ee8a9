# Manual pages, in mdoc.

dist_man_MANS += \
	%D%/forkd-handler.7 \
	%D%/forkd-handlers.8 \
	%D%/forkd.3 \
	%D%/forkd.8
