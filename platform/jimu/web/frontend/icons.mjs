// The icons in the sprite: those that templates use and those that YAML may name (objects, apps, list entries).
export const ICONS = `
address-book adjustments alarm alert-circle alert-triangle anchor api app-window apple apps archive armchair arrow-back-up
arrow-down arrow-left arrow-right arrow-up arrows-exchange arrows-sort at award backpack ball-football barcode basket
battery bed bell bike blocks bolt book bookmark books box box-multiple brand-wechat briefcase briefcase-2
building building-bank building-community building-factory building-factory-2 building-skyscraper building-store
building-warehouse bulb bus businessplan calculator calendar calendar-check calendar-due calendar-event calendar-month calendar-stats calendar-time camera car cash
cash-banknote category certificate chart-area chart-bar chart-dots chart-funnel chart-histogram chart-line chart-pie
chart-pie-2 check checklist checkbox checks chevron-down chevron-left chevron-right chevron-up chevrons-down circle
circle-check circle-dot circle-x clipboard clipboard-check clipboard-list clipboard-text clock clock-hour-4 cloud cloud-upload
code coin coins columns-3 command components contract copy cpu credit-card crown currency-dollar currency-yuan dashboard
database device-desktop device-floppy device-laptop device-mobile diamond discount dots dots-vertical download droplet
edit external-link eye eye-off file file-analytics file-certificate file-check file-description file-dollar file-import
file-invoice file-export file-spreadsheet file-text file-type-csv files filter filter-off filter-plus flag flame folder folders forms function gauge
gavel gift git-branch git-fork git-merge copy-plus user-x transform globe grid-dots grip-vertical hand-grab hand-stop hash headset heart heart-handshake help help-circle hierarchy
hierarchy-2 history home home-2 hourglass id id-badge inbox info-circle key keyboard language layers-subtract layout-board
layout-dashboard layout-grid layout-kanban layout-list layout-sidebar leaf license lifebuoy link list list-check
list-details list-search lock lock-open login logout luggage magnet mail mail-opened man map map-2 map-pin map-pins medal
menu-2 message message-2 message-circle messages microphone mood-puzzled mood-smile moon network news note notebook notes number
package package-export package-import packages palette paperclip percentage pencil phone phone-call phone-plus photo
pin pinned plane plant plug player-pause player-play plus point pointer presentation printer progress puzzle qrcode question-mark rating-12-plus receipt receipt-2 recycle
refresh repeat replace report report-analytics report-money restore road robot rocket rosette-discount-check route
ruler salad scale school scissors script search select selector send server settings settings-2 share shield shield-check
shield-lock ship shirt shopping-bag shopping-cart sitemap sofa sort-ascending sort-descending speakerphone square stopwatch
square-check stack-2 star star-filled stars steering-wheel stethoscope subtask sum sun sun-moon swords table tag tags target
target-arrow template thumb-up ticket timeline timeline-event toggle-left tool tools tractor trash trending-down trending-up
trophy truck truck-delivery umbrella upload user user-check user-circle user-cog user-off user-plus user-question
user-search user-shield user-star users users-group variable versions video wallet wand weight world world-www writing x zoom-in
bold italic underline strikethrough list-numbers blockquote link-off clear-formatting h-2 current-location map-search star-off
`.trim().split(/\s+/).filter((name) => name !== "star-filled");
